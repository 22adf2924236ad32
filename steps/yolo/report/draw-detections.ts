import type { Corners } from '../data/letterbox.ts';
import { escapeXml } from '../drawing/escape-xml.ts';
import { colourOf } from '../drawing/palette.ts';
import { FONT_FAMILY, svgToPng } from '../drawing/svg-to-png.ts';
import type { ValidatedImage } from '../metrics/validate.ts';

/** Pictures on one sheet, as in Ultralytics' val_batch pictures. */
const MOST = 16;
/** Detections below it are left out. */
const CONFIDENCE = 0.25;
const TILE = 400;
const CAPTION = 22;
const GAP = 8;

export interface Sheet {
  /** True boxes, or what the detector found. */
  readonly boxes: 'labels' | 'predictions';
  readonly names: readonly string[];
}

/** The first 16 pictures side by side with their boxes and class names, as JPEG. */
export async function drawDetections(images: readonly ValidatedImage[], { boxes, names }: Sheet): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  const shown = images.slice(0, MOST);
  const columns = Math.ceil(Math.sqrt(shown.length));
  const rows = Math.ceil(shown.length / columns);
  const width = GAP + columns * (TILE + GAP);
  const height = GAP + rows * (TILE + CAPTION + GAP);
  const tiles = await Promise.all(
    shown.map(async (image, n) => {
      const gain = TILE / Math.max(image.width, image.height);
      const size = { width: Math.round(image.width * gain), height: Math.round(image.height * gain) };
      const picture = await sharp(image.imagePath)
        .autoOrient()
        .resize({ ...size, fit: 'fill' })
        .flatten({ background: '#ffffff' })
        .toColourspace('srgb')
        .toBuffer();
      const left = GAP + (n % columns) * (TILE + GAP) + Math.floor((TILE - size.width) / 2);
      const top = GAP + Math.floor(n / columns) * (TILE + CAPTION + GAP) + Math.floor((TILE - size.height) / 2);
      const caption = {
        x: left + size.width / 2,
        y: GAP + Math.floor(n / columns) * (TILE + CAPTION + GAP) + TILE + 15,
      };
      const frame = { left, top, width: size.width, gain };
      const drawn = labelled(image, { boxes, names }).map((box) => boxSvg(box, frame));
      return { picture: { input: picture, left, top }, svg: [...drawn, captionSvg(image.name, caption)].join('') };
    }),
  );
  const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="${FONT_FAMILY}" font-size="12">${tiles.map(({ svg }) => svg).join('')}</svg>`;
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([...tiles.map(({ picture }) => picture), { input: Buffer.from(await svgToPng(overlay, 1)) }])
    .jpeg({ quality: 90 })
    .toBuffer();
}

interface LabelledBox {
  readonly corners: Corners;
  readonly text: string;
  readonly colour: string;
}

/** Weakest first, so that the surest lie on top. */
function labelled({ truths, detections }: ValidatedImage, { boxes, names }: Sheet): readonly LabelledBox[] {
  if (boxes === 'labels') {
    return truths.map((truth) => ({ corners: truth, text: names[truth.cls]!, colour: colourOf(truth.cls) }));
  }
  return detections
    .filter(({ score }) => score > CONFIDENCE)
    .toReversed()
    .map((found) => ({
      corners: found,
      text: `${names[found.cls]!} ${found.score.toFixed(2)}`,
      colour: colourOf(found.cls),
    }));
}

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  /** Pixels of the sheet per pixel of the picture. */
  readonly gain: number;
}

/** A box with its name on a ground of its colour: above it, or inside where the picture ends. */
function boxSvg({ corners, text, colour }: LabelledBox, { left, top, width, gain }: Frame): string {
  const x = left + corners.x1 * gain;
  const y = top + corners.y1 * gain;
  const boxWidth = (corners.x2 - corners.x1) * gain;
  const boxHeight = (corners.y2 - corners.y1) * gain;
  const textWidth = 6.3 * text.length + 6;
  const textX = Math.min(x, left + width - textWidth);
  const textY = y - top < 15 ? y : y - 15;
  const place = (value: number): string => value.toFixed(1);
  return [
    `<rect x="${place(x)}" y="${place(y)}" width="${place(boxWidth)}" height="${place(boxHeight)}" fill="none" stroke="#fff" stroke-width="3.5" stroke-opacity=".6"/>`,
    `<rect x="${place(x)}" y="${place(y)}" width="${place(boxWidth)}" height="${place(boxHeight)}" fill="none" stroke="${colour}" stroke-width="2"/>`,
    `<rect x="${place(textX)}" y="${place(textY)}" width="${place(textWidth)}" height="15" fill="${colour}"/>`,
    `<text x="${place(textX + 3)}" y="${place(textY + 11.5)}" fill="#fff">${escapeXml(text)}</text>`,
  ].join('');
}

const captionSvg = (name: string, { x, y }: { readonly x: number; readonly y: number }): string =>
  `<text x="${x.toFixed(1)}" y="${y}" text-anchor="middle" fill="#59636e">${escapeXml(name.length > 48 ? `${name.slice(0, 47)}…` : name)}</text>`;
