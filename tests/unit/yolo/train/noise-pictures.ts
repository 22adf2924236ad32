import { Random } from '../../../../steps/yolo/nn/random.ts';
import type { Picture } from '../../../../steps/yolo/train/augment/picture.ts';
import type { TrainPictures } from '../../../../steps/yolo/train/train-pictures.ts';

/** Pictures of seeded noise, of several shapes, each with one or two boxes of three classes. */
export const noisePictures = (count: number, imgsz: number): TrainPictures => ({
  count,
  async get(index): Promise<Picture> {
    const random = new Random(99, index);
    const [width, height] = index % 2 ? [imgsz, Math.round(imgsz * 0.75)] : [Math.round(imgsz * 0.6), imgsz];
    const pixels = new Uint8Array(new SharedArrayBuffer(width * height * 3));
    for (let i = 0; i < pixels.length; i++) pixels[i] = random.below(256);
    const box = () => {
      const x = random.uniform(0, width * 0.5);
      const y = random.uniform(0, height * 0.5);
      return [random.below(3), x, y, x + random.uniform(6, width * 0.5), y + random.uniform(6, height * 0.5)];
    };
    return { width, height, pixels, boxes: Float32Array.from(index % 3 ? box() : [...box(), ...box()]) };
  },
});
