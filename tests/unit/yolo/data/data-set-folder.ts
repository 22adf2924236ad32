import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';

/** A scratch folder of the running test. */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files by relative path; text or bytes. */
export function writeFiles(root: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** A small JPEG; another number gives other bytes. */
export const jpeg = (number: number, size = 16): Promise<Buffer> =>
  sharp({
    create: { width: size, height: size, channels: 3, background: { r: (number * 37) % 256, g: number % 256, b: 90 } },
  })
    .jpeg()
    .toBuffer();

/** A JPEG of noise: most of its bytes are pixels, so cutting it in half leaves the header whole. */
export const noisyJpeg = (size = 64): Promise<Buffer> =>
  sharp({
    create: {
      width: size,
      height: size,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .jpeg()
    .toBuffer();

/** A YOLO folder with classes cat and dog: `p00` to `pNN`, one cat in each. */
export async function yoloFolder(
  root: string,
  count: number,
  more: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  const files: Record<string, string | Uint8Array> = { 'classes.txt': 'cat\ndog\n' };
  for (let i = 0; i < count; i++) {
    const name = `p${String(i).padStart(2, '0')}`;
    files[`images/${name}.jpg`] = await jpeg(i);
    files[`labels/${name}.txt`] = '0 0.5 0.5 0.25 0.25\n';
  }
  return writeFiles(root, { ...files, ...more });
}
