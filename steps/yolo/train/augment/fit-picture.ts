import { BOX, type Picture } from './picture.ts';

/**
 * Scales a picture so that its long side is `imgsz`, up or down, bilinear without smoothing (what OpenCV's INTER_LINEAR does and Ultralytics' weights
 * are used to), boxes with it. A picture of that size comes back as it is.
 *
 * @param shared put the pixels into shared memory, so that worker threads see them without a copy.
 */
export function fitPicture(picture: Picture, imgsz: number, shared = false): Picture {
  const ratio = imgsz / Math.max(picture.width, picture.height);
  const width = Math.max(1, Math.min(Math.ceil(picture.width * ratio), imgsz));
  const height = Math.max(1, Math.min(Math.ceil(picture.height * ratio), imgsz));
  const bytes = width * height * 3;
  const pixels = shared ? new Uint8Array(new SharedArrayBuffer(bytes)) : new Uint8Array(bytes);
  if (width === picture.width && height === picture.height) pixels.set(picture.pixels);
  else resample(picture, { width, height, pixels });
  const boxes = picture.boxes.map((value, i) => {
    if (i % BOX === 0) return value;
    return i % BOX === 1 || i % BOX === 3 ? (value * width) / picture.width : (value * height) / picture.height;
  });
  return { width, height, pixels, boxes };
}

/** Pixel centres lie at half numbers; beyond the edge the edge goes on. */
function axis(
  from: number,
  to: number,
): { readonly low: Int32Array; readonly high: Int32Array; readonly share: Float32Array } {
  const low = new Int32Array(to);
  const high = new Int32Array(to);
  const share = new Float32Array(to);
  for (let i = 0; i < to; i++) {
    const at = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    low[i] = Math.floor(at);
    high[i] = Math.min(low[i]! + 1, from - 1);
    share[i] = at - low[i]!;
  }
  return { low, high, share };
}

function resample(
  from: Picture,
  to: { readonly width: number; readonly height: number; readonly pixels: Uint8Array },
): void {
  const across = axis(from.width, to.width);
  const down = axis(from.height, to.height);
  let out = 0;
  for (let y = 0; y < to.height; y++) {
    const top = down.low[y]! * from.width;
    const bottom = down.high[y]! * from.width;
    const fy = down.share[y]!;
    for (let x = 0; x < to.width; x++) {
      const fx = across.share[x]!;
      const a = (top + across.low[x]!) * 3;
      const b = (top + across.high[x]!) * 3;
      const c = (bottom + across.low[x]!) * 3;
      const d = (bottom + across.high[x]!) * 3;
      for (let channel = 0; channel < 3; channel++) {
        const upper = from.pixels[a + channel]! * (1 - fx) + from.pixels[b + channel]! * fx;
        const lower = from.pixels[c + channel]! * (1 - fx) + from.pixels[d + channel]! * fx;
        to.pixels[out++] = upper * (1 - fy) + lower * fy + 0.5;
      }
    }
  }
}
