import { mkdtempSync, rmSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Sample } from '../../../../steps/yolo/data/samples.ts';
import { cocoDocuments } from '../../../../steps/yolo/metrics/coco-documents.ts';
import { evaluationSetDigest } from '../../../../steps/yolo/metrics/evaluation-set.ts';
import { validate } from '../../../../steps/yolo/metrics/validate.ts';
import { validationFrame } from '../../../../steps/yolo/metrics/validation-picture.ts';

const IMGSZ = 64;
const folder = mkdtempSync(join(tmpdir(), 'sluice-validate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let samples: readonly Sample[];

/** A wide picture twice as large as the frame's content, and a tall one half as large; each has one white box on black. */
beforeAll(async () => {
  const draw = async (
    name: string,
    size: { width: number; height: number },
    box: readonly number[],
  ): Promise<Sample> => {
    const [left, top, width, height] = box as [number, number, number, number];
    const white = await sharp({ create: { width, height, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
    const imagePath = join(folder, `${name}.png`);
    await sharp({ create: { ...size, channels: 3, background: '#000' } })
      .composite([{ input: white, left, top }])
      .png()
      .toFile(imagePath);
    const row = [
      0,
      (left + width / 2) / size.width,
      (top + height / 2) / size.height,
      width / size.width,
      height / size.height,
    ];
    return { name, imagePath, labels: Float32Array.from(row) };
  };
  samples = [
    await draw('tall', { width: 16, height: 32 }, [4, 8, 8, 16]),
    await draw('wide', { width: 128, height: 64 }, [32, 16, 64, 32]),
    await draw('third', { width: 64, height: 64 }, [8, 8, 16, 16]),
  ];
});

/** Stands for a network: one anchor, the bounding box of all white pixels, score .9. */
const graphOf = (batch: number, seen: number[] = []) => ({
  batch,
  size: validationFrame(IMGSZ),
  run: async (images: Float32Array) => {
    seen.push(images.length);
    const side = validationFrame(IMGSZ)[0];
    const output = new Float32Array(batch * 5);
    for (let n = 0; n < batch; n++) {
      const white: [number, number][] = [];
      for (let i = 0; i < side * side; i++) {
        if (images[n * 3 * side * side + i]! > 0.9) white.push([i % side, Math.floor(i / side)]);
      }
      const [xs, ys] = [white.map(([x]) => x), white.map(([, y]) => y)];
      const [x1, y1, x2, y2] = [Math.min(...xs), Math.min(...ys), Math.max(...xs) + 1, Math.max(...ys) + 1];
      output.set([(x1 + x2) / 2, (y1 + y2) / 2, x2 - x1, y2 - y1, 0.9], n * 5);
    }
    return output;
  },
});

const options = { imgsz: IMGSZ, names: ['box'] };

describe('validate', () => {
  test('lays pictures of every shape into the frame and brings boxes back to their own pixels', async () => {
    const { images, metrics } = await validate(graphOf(1), samples, options);
    const [tall, wide] = images;
    expect(wide!.detections[0]).toMatchObject({ x1: 32, y1: 16, x2: 96, y2: 48 });
    // Enlarged on the way, so blurred by a part of a pixel.
    expect(Math.abs(tall!.detections[0]!.x1 - 4)).toBeLessThan(1);
    expect(Math.abs(tall!.detections[0]!.y2 - 24)).toBeLessThan(1);
    expect(tall!.truths).toEqual([{ cls: 0, x1: 4, y1: 8, x2: 12, y2: 24 }]);
    expect(metrics.mAP50).toBeCloseTo(0.995, 9);
  });

  test('a short last batch scores as any other; nothing comes of its free places', async () => {
    const seen: number[] = [];
    const { images } = await validate(graphOf(2, seen), samples, options);
    expect(seen).toEqual([2, 2].map((batch) => batch * 3 * 96 * 96));
    expect(images.map(({ name, detections }) => [name, detections.length])).toEqual([
      ['tall', 1],
      ['wide', 1],
      ['third', 1],
    ]);
    expect(images[2]!.detections).toEqual((await validate(graphOf(1), samples, options)).images[2]!.detections);
  });

  test('stops between batches and reports how far it is', async () => {
    const controller = new AbortController();
    const progress: number[] = [];
    const running = validate(graphOf(1), samples, {
      ...options,
      signal: controller.signal,
      onProgress: (pictures) => {
        progress.push(pictures);
        if (pictures === 2) controller.abort(new Error('enough'));
      },
    });
    await expect(running).rejects.toThrow('enough');
    expect(progress).toEqual([1, 2]);
  });

  test('its COCO documents have ids from 1 and boxes as x, y, width, height', async () => {
    const { images } = await validate(graphOf(1), samples, options);
    const { gt, dt } = cocoDocuments(images, options.names);
    expect(gt.images[1]).toEqual({ id: 2, file_name: 'wide.png', width: 128, height: 64 });
    expect(gt.annotations[1]).toMatchObject({ id: 2, image_id: 2, category_id: 1, bbox: [32, 16, 64, 32], area: 2048 });
    expect(dt[1]).toEqual({ image_id: 2, category_id: 1, bbox: [32, 16, 64, 32], score: 0.9 });
  });
});

describe('the digest of the evaluation set', () => {
  const names = ['box'];

  test('is the same wherever the pictures lie', async () => {
    const elsewhere = await Promise.all(
      samples.map(async (sample) => {
        const imagePath = join(mkdtempSync(join(folder, 'elsewhere-')), `${sample.name}.png`);
        await copyFile(sample.imagePath, imagePath);
        return { ...sample, imagePath };
      }),
    );
    expect(await evaluationSetDigest(elsewhere, names)).toBe(await evaluationSetDigest(samples, names));
  });

  test('changes with a picture, a box or the classes', async () => {
    const [first, ...others] = samples;
    const digests = await Promise.all([
      evaluationSetDigest(samples, names),
      evaluationSetDigest(others, names),
      evaluationSetDigest(samples, ['bag']),
      evaluationSetDigest(
        [{ ...first!, labels: first!.labels.map((v, i) => (i === 1 ? v + 0.01 : v)) }, ...others],
        names,
      ),
      evaluationSetDigest([{ ...first!, imagePath: others[0]!.imagePath }, ...others], names),
    ]);
    expect(new Set(digests).size).toBe(digests.length);
  });
});
