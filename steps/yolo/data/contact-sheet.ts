import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { FileRef } from 'sluice';
import { svgToPng } from '../report/svg-to-png.ts';
import type { SplitName } from './dataset-source.ts';
import type { WrittenPicture } from './write-split.ts';

/** Pictures of each split on the sheet. */
const SHOWN: readonly (readonly [SplitName, number])[] = [
  ['train', 12],
  ['val', 4],
];
const COLUMNS = 4;
/** Side of a picture, height of its caption, space between, in pixels. */
const TILE = 300;
const CAPTION = 22;
const GAP = 10;
const HEADER = 34;

/**
 * Draws up to 12 training and 4 validation pictures, spread evenly over the names, with their boxes and class names, and writes the sheet to `path` as PNG.
 */
export async function writeContactSheet(
  splits: Readonly<Record<SplitName, readonly WrittenPicture[]>>,
  names: readonly string[],
  path: string,
): Promise<FileRef> {
  const shown = SHOWN.flatMap(([split, count]) => spread(splits[split], count));
  const tiles = await Promise.all(shown.map((picture, index) => tileSvg(picture, names, index)));
  const width = GAP + COLUMNS * (TILE + GAP);
  const height = HEADER + Math.ceil(shown.length / COLUMNS) * (TILE + CAPTION + GAP);
  const counts = `${splits.train.length} train · ${splits.val.length} val · ${splits.test.length} test`;
  const title = `${counts} · ${names.length} ${names.length === 1 ? 'class' : 'classes'}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="DejaVu Sans">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${GAP}" y="23" font-size="15" fill="#222">${escapeXml(title)}</text>
${tiles.join('\n')}
</svg>`;
  await writeFile(path, await svgToPng(svg));
  return FileRef.of(path);
}

/** `count` of them at even distances, the first among them. */
function spread<T>(items: readonly T[], count: number): T[] {
  const shown = Math.min(count, items.length);
  return Array.from({ length: shown }, (_, i) => items[Math.floor((i * items.length) / shown)]!);
}

async function tileSvg(picture: WrittenPicture, names: readonly string[], index: number): Promise<string> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(picture.written, { failOn: 'none' })
    .autoOrient()
    .resize(TILE, TILE, { fit: 'inside' })
    .flatten({ background: '#fff' })
    .jpeg({ quality: 88 })
    .toBuffer({ resolveWithObject: true });
  const left = GAP + (index % COLUMNS) * (TILE + GAP) + (TILE - info.width) / 2;
  const top = HEADER + Math.floor(index / COLUMNS) * (TILE + CAPTION + GAP);
  const boxes = picture.rows.map((row) => boxSvg(row, names, info)).join('');
  const caption = `${picture.split} · ${basename(picture.written)}`;
  return `<g transform="translate(${left} ${top})">
<image width="${info.width}" height="${info.height}" href="data:image/jpeg;base64,${data.toString('base64')}"/>
${boxes}<text x="0" y="${TILE + 15}" font-size="12" fill="#444">${escapeXml(shorten(caption, 40))}</text>
</g>`;
}

function boxSvg(
  row: { readonly cls: number; readonly box: string },
  names: readonly string[],
  tile: { readonly width: number; readonly height: number },
): string {
  const [x, y, w, h] = row.box.split(' ').map(Number) as [number, number, number, number];
  const left = (x - w / 2) * tile.width;
  const top = (y - h / 2) * tile.height;
  const colour = COLOURS[row.cls % COLOURS.length]!;
  const name = shorten(names[row.cls]!, 18);
  const labelWidth = name.length * 6.6 + 6;
  // Above the box, or inside where there is no room above.
  const labelTop = top >= 14 ? top - 14 : Math.max(0, top);
  const labelLeft = Math.max(0, Math.min(left, tile.width - labelWidth));
  return `<rect x="${px(left)}" y="${px(top)}" width="${px(w * tile.width)}" height="${px(h * tile.height)}" fill="none" stroke="${colour}" stroke-width="2"/>
<rect x="${px(labelLeft)}" y="${px(labelTop)}" width="${px(labelWidth)}" height="14" fill="${colour}"/>
<text x="${px(labelLeft + 3)}" y="${px(labelTop + 10.5)}" font-size="10.5" fill="#fff">${escapeXml(name)}</text>
`;
}

/** Ten hues that white text is legible on. */
const COLOURS = '#d1242f #0969da #1a7f37 #8250df #bc4c00 #0e7c86 #bf3989 #6e5a00 #57606a #3a3ae0'.split(' ');

const px = (value: number): string => value.toFixed(1);

const shorten = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`).replace(/\p{Cc}/gu, ' ');
