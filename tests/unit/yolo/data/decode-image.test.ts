import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../steps/yolo/data/decode-image.ts';
import { noisyJpeg, scratch, writeFiles } from './data-set-folder.ts';

/** 4 × 2 pixels, RGB 0, 10, 20 … 230. */
const PIXELS = Uint8Array.from({ length: 24 }, (_, i) => i * 10);
const picture = () => sharp(PIXELS, { raw: { width: 4, height: 2, channels: 3 } });

describe('decodeImage gives the pixels of cv2.imread, in RGB order', () => {
  test('colour', async () => {
    expect(await decodeImage(await picture().png().toBuffer())).toEqual({
      width: 4,
      height: 2,
      data: Buffer.from(PIXELS),
    });
  });

  test('grey is repeated over three channels', async () => {
    const grey = sharp(PIXELS.subarray(0, 8), { raw: { width: 4, height: 2, channels: 1 } });
    const { data } = await decodeImage(await grey.toColourspace('b-w').png().toBuffer());
    expect([...data.subarray(0, 9)]).toEqual([0, 0, 0, 10, 10, 10, 20, 20, 20]);
  });

  test('alpha is dropped, not blended', async () => {
    const { data } = await decodeImage(await picture().ensureAlpha(0.25).png().toBuffer());
    expect([...data]).toEqual([...PIXELS]);
  });

  test('16 bits keep the upper 8', async () => {
    const wide = Uint16Array.from({ length: 24 }, (_, i) => i * 10 * 256 + 255);
    const png = await sharp(wide, { raw: { width: 4, height: 2, channels: 3 } })
      .toColourspace('rgb16')
      .png()
      .toBuffer();
    expect((await sharp(png).metadata()).depth).toBe('ushort');
    expect([...(await decodeImage(png)).data]).toEqual([...PIXELS]);
  });

  test('CMYK becomes RGB', async () => {
    const red = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#c02020' } })
      .toColourspace('cmyk')
      .jpeg({ quality: 100 })
      .toBuffer();
    expect((await sharp(red).metadata()).space).toBe('cmyk');
    const { data, width } = await decodeImage(red);
    expect([width, data.length]).toEqual([8, 192]);
    expect(data[0]! - data[1]!).toBeGreaterThan(100);
  });

  test('EXIF orientation is applied', async () => {
    const turned = await picture().withMetadata({ orientation: 6 }).png().toBuffer();
    const { width, height, data } = await decodeImage(turned);
    expect([width, height]).toEqual([2, 4]);
    // A quarter turn clockwise: the lower left pixel comes first.
    expect([...data.subarray(0, 6)]).toEqual([120, 130, 140, 0, 10, 20]);
  });

  test('an embedded colour profile is left unapplied', async () => {
    const wide = await picture().withIccProfile('p3').png().toBuffer();
    const stored = await sharp(wide, { ignoreIcc: true }).raw().toBuffer();
    expect(stored).not.toEqual(await sharp(wide).raw().toBuffer());
    expect([...(await decodeImage(wide)).data]).toEqual([...stored]);
  });
});

test('a text file under a picture’s name, and a truncated picture, are refused by name', async () => {
  const noise = await noisyJpeg();
  const root = writeFiles(scratch(), { 'notes.jpg': 'not a picture', 'cut.jpg': noise.subarray(0, noise.length / 2) });
  for (const name of ['notes.jpg', 'cut.jpg', 'absent.jpg']) {
    await expect(decodeImage(join(root, name))).rejects.toMatchObject({
      code: 'ERR_INPUT',
      message: expect.stringContaining(name),
    });
  }
});
