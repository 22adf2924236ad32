import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from 'sluice';
import { type ShapesSource, SPLIT_NAMES, type SplitName } from './dataset-source.ts';
import { type DrawnPicture, drawShapes, SHAPE_NAMES } from './draw-shapes.ts';
import type { OpenedSource, SourcePicture } from './opened-source.ts';
import { formatBox } from './yolo-labels.ts';

/** Enough to keep sharp's threads busy while the next pictures are drawn here. */
const AT_ONCE = 8;

/**
 * Draws the pictures of every split into `folder` as PNG. Picture i of a split hangs on seed, split and i alone: asking for more leaves the first ones as they were.
 *
 * PNGs are stored without compression: which matches deflate finds differs between builds of zlib, and the files are to have the same bytes everywhere.
 */
export async function openShapes(
  source: ShapesSource,
  folder: string,
  onProgress: (fraction: number) => void,
): Promise<OpenedSource> {
  const { default: sharp } = await import('sharp');
  const pictures: SourcePicture[] = [];
  const total = source.train + source.val + source.test;
  for (const [number, split] of SPLIT_NAMES.entries()) {
    await mkdir(join(folder, split), { recursive: true });
    for (let first = 0; first < source[split]; first += AT_ONCE) {
      const indices = Array.from({ length: Math.min(AT_ONCE, source[split] - first) }, (_, i) => first + i);
      const drawn = await Promise.all(
        indices.map(async (index) => {
          const picture = drawShapes(source.size, [source.seed, number, index]);
          const name = `${split}-${String(index).padStart(5, '0')}`;
          const path = join(folder, split, `${name}.png`);
          const { data, width, height } = picture.image;
          const png = await sharp(data, { raw: { width, height, channels: 3 } })
            .png({ compressionLevel: 0 })
            .toBuffer();
          await writeFile(path, png);
          return { ...describe(picture, { name, path, split, size: source.size }), digest: sha256(png) };
        }),
      );
      pictures.push(...drawn);
      onProgress(pictures.length / total);
    }
  }
  pictures.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { description: `shapes (seed ${source.seed})`, names: SHAPE_NAMES, pictures, findings: [] };
}

function describe(
  { objects }: DrawnPicture,
  at: { readonly name: string; readonly path: string; readonly split: SplitName; readonly size: number },
): SourcePicture {
  const { name, path, split, size } = at;
  const rows = objects.map(({ cls, x1, y1, x2, y2 }) => ({
    cls,
    box: formatBox([(x1 + x2) / 2 / size, (y1 + y2) / 2 / size, (x2 - x1) / size, (y2 - y1) / size]),
  }));
  return { name, file: `images/${name}.png`, path, split, rows };
}
