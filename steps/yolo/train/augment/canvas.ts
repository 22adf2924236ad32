import { BOX, PAD_VALUE, type Picture } from './picture.ts';

/** Where a picture's top left corner comes to lie on a canvas; it may lie outside. */
interface Placement {
  readonly picture: Picture;
  readonly x: number;
  readonly y: number;
}

/** Puts pictures on a square grey canvas, cut off at its edges, boxes with them; boxes that vanish are dropped. */
function compose(side: number, placements: readonly Placement[]): Picture {
  const pixels = new Uint8Array(side * side * 3).fill(PAD_VALUE);
  const boxes: number[] = [];
  for (const { picture, x, y } of placements) {
    const left = Math.max(x, 0);
    const right = Math.min(x + picture.width, side);
    if (left >= right) continue;
    for (let row = Math.max(y, 0); row < Math.min(y + picture.height, side); row++) {
      const source = ((row - y) * picture.width + (left - x)) * 3;
      pixels.set(picture.pixels.subarray(source, source + (right - left) * 3), (row * side + left) * 3);
    }
    for (let i = 0; i < picture.boxes.length; i += BOX) {
      const x1 = clamp(picture.boxes[i + 1]! + x, side);
      const y1 = clamp(picture.boxes[i + 2]! + y, side);
      const x2 = clamp(picture.boxes[i + 3]! + x, side);
      const y2 = clamp(picture.boxes[i + 4]! + y, side);
      if (x2 > x1 && y2 > y1) boxes.push(picture.boxes[i]!, x1, y1, x2, y2);
    }
  }
  return { width: side, height: side, pixels, boxes: Float32Array.from(boxes) };
}

const clamp = (value: number, side: number): number => Math.min(Math.max(value, 0), side);

/** Where the top left corner of a picture lies that is centred on a square; an odd pixel goes right and below. */
export const letterboxOffset = (picture: Picture, side: number): { readonly x: number; readonly y: number } => ({
  x: Math.floor((side - picture.width) / 2),
  y: Math.floor((side - picture.height) / 2),
});

/** Centres one picture (no side longer than `side`) on a grey square. */
export const letterboxed = (picture: Picture, side: number): Picture =>
  compose(side, [{ picture, ...letterboxOffset(picture, side) }]);

/**
 * Four pictures (no side longer than `imgsz`) on a canvas of 2 × `imgsz`, each with its inner corner at the meeting point
 * (Bochkovskiy et al. 2020, https://arxiv.org/abs/2004.10934). Cut to `imgsz` only by the affine change that follows.
 *
 * @param meeting as a share of `imgsz`, .5 to 1.5.
 */
export function mosaic(
  four: readonly Picture[],
  imgsz: number,
  meeting: { readonly x: number; readonly y: number },
): Picture {
  const mx = Math.trunc(meeting.x * imgsz);
  const my = Math.trunc(meeting.y * imgsz);
  return compose(
    2 * imgsz,
    four.map((picture, corner) => ({
      picture,
      x: corner % 2 === 0 ? mx - picture.width : mx,
      y: corner < 2 ? my - picture.height : my,
    })),
  );
}
