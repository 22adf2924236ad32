import { decodeImage } from '../data/decode-image.ts';
import { resizeLinear } from '../data/resize-linear.ts';
import type { Sample } from '../data/samples.ts';
import { BOX, type Picture } from './augment/picture.ts';
import { BoundedCache } from './bounded-cache.ts';

/** The pictures of a training set, by number. */
export interface TrainPictures {
  readonly count: number;
  get(index: number): Promise<Picture>;
}

/**
 * Decodes each picture once and scales its long side to `imgsz`, up or down; pixels in memory that all threads share, boxes in pixels.
 *
 * Decoding runs in sharp's own threads; what is left for the main thread happens once a picture, as long as the set fits in memory.
 */
export function trainPictures(samples: readonly Sample[], imgsz: number): TrainPictures {
  const cache = new BoundedCache((index) => load(samples[index]!, imgsz), imgsz * imgsz * 3);
  return { count: samples.length, get: (index) => cache.get(index) };
}

async function load({ imagePath, labels }: Sample, imgsz: number): Promise<Picture> {
  const image = await decodeImage(imagePath);
  const ratio = imgsz / Math.max(image.width, image.height);
  const width = Math.min(Math.ceil(image.width * ratio), imgsz);
  const height = Math.min(Math.ceil(image.height * ratio), imgsz);
  const { data } = resizeLinear(image, width, height);
  const pixels = new Uint8Array(new SharedArrayBuffer(data.length));
  pixels.set(data);
  return { width, height, pixels, boxes: cornersOf(labels, width, height) };
}

/** Normalised centre rows to corners in pixels, cut at the picture's edges. */
function cornersOf(labels: Float32Array, width: number, height: number): Float32Array {
  const boxes = new Float32Array(labels.length);
  const clip = (value: number, size: number): number => Math.min(Math.max(value * size, 0), size);
  for (let i = 0; i < labels.length; i += BOX) {
    const [cls, x, y, w, h] = labels.subarray(i, i + BOX) as unknown as [number, number, number, number, number];
    boxes[i] = cls;
    boxes[i + 1] = clip(x - w / 2, width);
    boxes[i + 2] = clip(y - h / 2, height);
    boxes[i + 3] = clip(x + w / 2, width);
    boxes[i + 4] = clip(y + h / 2, height);
  }
  return boxes;
}
