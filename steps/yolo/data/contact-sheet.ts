import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { FileRef } from 'sluice';
import { svgToPng } from '../drawing/svg-to-png.ts';
import type { SplitName } from './dataset-source.ts';
import type { WrittenPicture } from './write-split.ts';

/** Pictures of each split on the sheet. */
const SHOWN: readonly (readonly [SplitName, number])[] = [
  ['train', 12],
  ['val', 4],
];
const COLUMNS = 4;
/** Largest side of a picture, height of its caption, space between, in pixels. */
const TILE = 230;
const CAPTION = 20;
const GAP = 10;
const HEADER = 52;
/** Sets with more classes than there are colours get no legend. */
const MOST_IN_LEGEND = 10;

/**
 * Draws up to 12 training and 4 validation pictures, spread evenly over the names, with their boxes and class names, and writes the sheet to `path` as PNG.
 */
export async function writeContactSheet(
  splits: Readonly<Record<SplitName, readonly WrittenPicture[]>>,
  names: readonly string[],
  path: string,
): Promise<FileRef> {
  const shown = SHOWN.flatMap(([split, count]) => spread(splits[split], count));
  const tiles = await Promise.all(shown.map(shrink));
  const rows: string[] = [];
  let top = HEADER;
  for (let first = 0; first < tiles.length; first += COLUMNS) {
    const row = tiles.slice(first, first + COLUMNS);
    const height = Math.max(...row.map((tile) => tile.height));
    rows.push(...row.map((tile, column) => tileSvg(tile, names, { left: GAP + column * (TILE + GAP), top, height })));
    top += height + CAPTION + GAP;
  }
  const counts = `${splits.train.length} train · ${splits.val.length} val · ${splits.test.length} test`;
  const title = `${counts} · ${names.length} ${names.length === 1 ? 'class' : 'classes'}`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${GAP + COLUMNS * (TILE + GAP)}" height="${top}" font-family="DejaVu Sans">
<rect width="100%" height="100%" fill="#fff"/>
<text x="${GAP}" y="21" font-size="14" fill="#222">${escapeXml(title)}</text>
${names.length <= MOST_IN_LEGEND ? legendSvg(names) : ''}
${rows.join('\n')}
</svg>`;
  await writeFile(path, await svgToPng(svg, 1));
  return FileRef.of(path);
}

/** `count` of them at even distances, the first among them. */
function spread<T>(items: readonly T[], count: number): T[] {
  const shown = Math.min(count, items.length);
  return Array.from({ length: shown }, (_, i) => items[Math.floor((i * items.length) / shown)]!);
}

interface Tile {
  readonly picture: WrittenPicture;
  readonly width: number;
  readonly height: number;
  readonly jpeg: Buffer;
}

async function shrink(picture: WrittenPicture): Promise<Tile> {
  const { default: sharp } = await import('sharp');
  const { data, info } = await sharp(picture.written)
    .autoOrient()
    .resize(TILE, TILE, { fit: 'inside' })
    .flatten({ background: '#fff' })
    .jpeg({ quality: 88 })
    .toBuffer({ resolveWithObject: true });
  return { picture, width: info.width, height: info.height, jpeg: data };
}

function tileSvg(
  tile: Tile,
  names: readonly string[],
  at: { readonly left: number; readonly top: number; readonly height: number },
): string {
  const { picture, width, height, jpeg } = tile;
  const [left, top] = [at.left + (TILE - width) / 2, at.top + (at.height - height) / 2];
  const caption = shorten(`${picture.split} · ${basename(picture.written)}`, 34);
  return `<g transform="translate(${px(left)} ${px(top)})">
<image width="${width}" height="${height}" href="data:image/jpeg;base64,${jpeg.toString('base64')}"/>
${picture.rows.map((row) => boxSvg(row, names, tile)).join('')}</g>
<text x="${at.left}" y="${at.top + at.height + 14}" font-size="11" fill="#444">${escapeXml(caption)}</text>`;
}

function legendSvg(names: readonly string[]): string {
  let left = GAP;
  return names
    .map((name, cls) => {
      const text = shorten(name, 18);
      const entry = `<rect x="${left}" y="33" width="10" height="10" fill="${colourOf(cls)}"/><text x="${left + 15}" y="42" font-size="11" fill="#222">${escapeXml(text)}</text>`;
      left += 30 + Math.ceil(text.length * 7);
      return entry;
    })
    .join('');
}

/** Names stand only where they tell something and hide nothing: not with a single class, not on a box smaller than its name is high. */
function boxSvg(
  row: { readonly cls: number; readonly box: string },
  names: readonly string[],
  tile: { readonly width: number; readonly height: number },
): string {
  const [x, y, w, h] = row.box.split(' ').map(Number) as [number, number, number, number];
  const [left, top] = [(x - w / 2) * tile.width, (y - h / 2) * tile.height];
  const [width, height] = [w * tile.width, h * tile.height];
  const colour = colourOf(row.cls);
  const outline = `<rect x="${px(left)}" y="${px(top)}" width="${px(width)}" height="${px(height)}" fill="none" stroke="${colour}" stroke-width="1.6"/>\n`;
  if (names.length === 1 || Math.min(width, height) < 20) return outline;
  const name = shorten(names[row.cls]!, 16);
  const labelWidth = name.length * 6.4 + 5;
  // Above the box, or inside where there is no room above.
  const labelTop = top >= 12 ? top - 12 : Math.max(0, top);
  const labelLeft = Math.max(0, Math.min(left, tile.width - labelWidth));
  return `${outline}<rect x="${px(labelLeft)}" y="${px(labelTop)}" width="${px(labelWidth)}" height="12" fill="${colour}"/>
<text x="${px(labelLeft + 2.5)}" y="${px(labelTop + 9.5)}" font-size="9.5" fill="#fff">${escapeXml(name)}</text>
`;
}

/** Ten hues that white text is legible on. */
const COLOURS = '#d1242f #0969da #1a7f37 #8250df #bc4c00 #0e7c86 #bf3989 #6e5a00 #57606a #3a3ae0'.split(' ');

const colourOf = (cls: number): string => COLOURS[cls % COLOURS.length]!;

const px = (value: number): string => value.toFixed(1);

const shorten = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

const escapeXml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`).replace(/\p{Cc}/gu, ' ');
