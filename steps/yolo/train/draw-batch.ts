import type { TrainBatch } from '../model/detector.ts';

/** Pictures shown at most, in a square of rows and columns. */
const MOST = 16;
/** One a class, in turn: far apart in hue, readable on light and dark. */
const COLOURS: readonly (readonly [number, number, number])[] = [
  [255, 56, 56],
  [0, 194, 255],
  [72, 249, 10],
  [255, 178, 29],
  [203, 56, 255],
  [0, 212, 187],
  [255, 149, 200],
  [52, 69, 147],
];

/**
 * A training batch as the network sees it, pictures side by side with their boxes, as PNG. No text: fonts differ from machine to machine, and these bytes
 * should not.
 */
export async function drawBatch({ images, targets }: TrainBatch, imgsz: number): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const count = Math.min(targets.length, MOST);
  const columns = Math.ceil(Math.sqrt(count));
  const width = columns * imgsz;
  const height = Math.ceil(count / columns) * imgsz;
  const sheet = { pixels: Buffer.alloc(width * height * 3, 255), width, imgsz };
  for (let n = 0; n < count; n++) {
    const at = { x: (n % columns) * imgsz, y: Math.floor(n / columns) * imgsz };
    drawPicture(sheet, at, images.subarray(n * 3 * imgsz * imgsz));
    drawBoxes(sheet, at, targets[n]!);
  }
  return sharp(sheet.pixels, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

interface Sheet {
  /** RGB, interleaved. */
  readonly pixels: Buffer;
  readonly width: number;
  /** Side of one picture. */
  readonly imgsz: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** @param planes [3, imgsz, imgsz] and more, 0..1. */
function drawPicture({ pixels, width, imgsz }: Sheet, at: Point, planes: Float32Array): void {
  const plane = imgsz * imgsz;
  for (let y = 0; y < imgsz; y++) {
    for (let x = 0; x < imgsz; x++) {
      const to = ((at.y + y) * width + at.x + x) * 3;
      for (let c = 0; c < 3; c++) pixels[to + c] = Math.round(planes[c * plane + y * imgsz + x]! * 255);
    }
  }
}

function drawBoxes({ pixels, width, imgsz }: Sheet, at: Point, rows: Float32Array): void {
  const inside = (value: number): number => Math.min(Math.max(Math.round(value * imgsz), 0), imgsz - 1);
  for (let i = 0; i < rows.length; i += 5) {
    const [cls, x, y, w, h] = rows.subarray(i, i + 5) as unknown as [number, number, number, number, number];
    const colour = COLOURS[cls % COLOURS.length]!;
    const dot = (px: number, py: number): void => pixels.set(colour, ((at.y + py) * width + at.x + px) * 3);
    const [left, right, top, bottom] = [inside(x - w / 2), inside(x + w / 2), inside(y - h / 2), inside(y + h / 2)];
    for (let px = left; px <= right; px++) for (const py of [top, bottom]) dot(px, py);
    for (let py = top; py <= bottom; py++) for (const px of [left, right]) dot(px, py);
  }
}
