import type { RgbImage } from '../data/decode-image.ts';
import { type LetterboxTransform, letterboxGeometry } from '../data/letterbox.ts';
import { resizeLinear } from '../data/resize-linear.ts';

const STRIDE = 32;

/**
 * Frame of validation pictures, [height, width]: the square of `imgsz` with half a stride more on every side, 352 for 320.
 *
 * It is what Ultralytics makes of a batch with wide and tall pictures. The border matters: boxes at a picture's edge are found better with something
 * beyond it. On the ten validation pictures of tiny person the mAP50 is Ultralytics' own with it (.6742 at 320 px, .7742 at 416 px), and .65 and .75 on
 * the bare square.
 */
export function validationFrame(imgsz: number): readonly [number, number] {
  const side = Math.ceil(imgsz / STRIDE + 0.5) * STRIDE;
  return [side, side];
}

/** A picture at its size in the frame, and where it lies there: `letterbox(scaled, { size: frame, scaleUp: false })` puts it there. */
export interface ValidationPicture {
  readonly scaled: RgbImage;
  /** From pixels of the original picture to pixels of the frame. */
  readonly placement: LetterboxTransform;
}

/** Scales a picture, up or down, until its long side is `imgsz`; the short side is rounded up, as Ultralytics does when it loads pictures. */
export function validationPicture(image: RgbImage, imgsz: number): ValidationPicture {
  const gain = imgsz / Math.max(image.width, image.height);
  const side = (length: number): number => Math.min(Math.ceil(length * gain), imgsz);
  const scaled = resizeLinear(image, side(image.width), side(image.height));
  const { padX, padY } = letterboxGeometry(scaled, { size: validationFrame(imgsz), scaleUp: false }).transform;
  return { scaled, placement: { gain, padX, padY, width: image.width, height: image.height } };
}
