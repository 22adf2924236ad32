import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DirectoryRef, FileRef } from 'sluice';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type PrepareOptions, prepareDataset } from '../../steps/yolo/data/prepare-dataset.ts';
import type { PreparedDataset } from '../../steps/yolo/data/prepared-dataset.ts';
import { resolveSource } from '../../steps/yolo/data/resolve-source.ts';
import { listSamples } from '../../steps/yolo/data/samples.ts';
import { COCO128, openCoco128 } from '../../steps/yolo/data/source-coco128.ts';
import { testData } from './test-data.ts';

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-data-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const prepare = async (data: string, options: Partial<PrepareOptions> = {}): Promise<PreparedDataset> =>
  prepareDataset({ source: await resolveSource(data), workDir: scratch(), ...options });

const counts = ({ statistics: { train, val, test } }: PreparedDataset) =>
  [train, val, test].map((split) => split && [split.images, split.boxes]);

const labels = ({ path }: DirectoryRef): Record<string, string> =>
  Object.fromEntries(
    readdirSync(join(path, 'labels')).map((file) => [file, readFileSync(join(path, 'labels', file), 'utf8')]),
  );

test('the default data set, which every machine has', async () => {
  const result = await prepare('shapes');
  expect(result.findings).toEqual([]);
  const { train, val } = result.statistics;
  expect([train.images, val.images]).toEqual([384, 64]);
  // Golden, like the pixels: what the figures of the first run are measured on.
  expect([train.classes, val.classes]).toMatchInlineSnapshot(`
    [
      {
        "circle": 354,
        "square": 369,
        "triangle": 367,
      },
      {
        "circle": 59,
        "square": 71,
        "triangle": 62,
      },
    ]
  `);
  expect(await listSamples(result.train.path)).toHaveLength(384);
});

const coco128 = testData('coco128');
if (coco128 !== undefined) {
  describe('COCO128 as published', () => {
    const FINDINGS = [
      'missing-label images/train2017/000000000250.jpg',
      'missing-label images/train2017/000000000508.jpg',
      'orphan-label labels/train2017/000000000656.txt',
      'orphan-label labels/train2017/000000000659.txt',
    ];

    test('two pictures without labels and two labels without pictures are reported, the rest is used', async () => {
      const result = await prepare(coco128);
      expect(result.findings.map(({ code, file }) => `${code} ${file}`)).toEqual(FINDINGS);
      expect(result.findings.every(({ severity }) => severity === 'warning')).toBe(true);
      const { train, val, test } = result.statistics;
      expect([train.images, val.images, test!.images]).toEqual([102, 13, 13]);
      expect(train.backgrounds + val.backgrounds + test!.backgrounds).toBe(2);
      // Ultralytics prints 929 for it.
      expect(train.boxes + val.boxes + test!.boxes).toBe(929);
      expect(result.names).toHaveLength(80);
    });

    test('tiny person: 40/10/10 pictures with 175/31/47 boxes', async () => {
      const splitFile = FileRef.of(join(coco128, 'tiny_person_split.csv'));
      const result = await prepare(coco128, { classes: ['person'], limit: 60, splitFile });
      expect(counts(result)).toEqual([
        [40, 175],
        [10, 31],
        [10, 47],
      ]);
      expect(result.names).toEqual(['person']);
      expect(result.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    });

    test('limit alone takes the first sixty of the 61 pictures with a person', async () => {
      const all = await prepare(coco128, { classes: ['person'], limit: 1000, split: '0.5,0.5' });
      expect(counts(all)[0]![0]! + counts(all)[1]![0]!).toBe(61);
      const result = await prepare(coco128, { classes: ['person'], limit: 60 });
      expect(counts(result).map((split) => split![0])).toEqual([48, 6, 6]);
    });

    test('without classes.txt, as in the published archive, the names are COCO’s; its content is what the download pins', async () => {
      const cacheDir = scratch();
      for (const folder of Object.keys(COCO128.folders)) {
        cpSync(join(coco128, folder), join(cacheDir, COCO128.top, folder), { recursive: true });
      }
      expect(existsSync(join(cacheDir, 'coco128', 'classes.txt'))).toBe(false);
      const given = { cacheDir, signal: AbortSignal.abort(new Error('went to the network')), onProgress: () => {} };
      const opened = await openCoco128(given);
      expect(opened.names).toEqual(readFileSync(join(coco128, 'classes.txt'), 'utf8').trim().split('\n'));
      expect([opened.description, opened.pictures.length]).toEqual(['coco128', 128]);
    });
  });
}

const bccd = testData('bccd');
if (bccd !== undefined) {
  describe('BCCD', () => {
    test('has its authors’ splits: 205/87/72', async () => {
      const result = await prepare(bccd);
      expect(counts(result).map((split) => split![0])).toEqual([205, 87, 72]);
      expect(result.names).toEqual(['Platelets', 'RBC', 'WBC']);
      expect(result.findings).toEqual([]);
      expect(counts(result).map((split) => split![1])).toEqual([2804, 1137, 945]);
    });

    test('read from its Pascal VOC files it has the same boxes, and tells of the two without area', async () => {
      const root = scratch();
      cpSync(join(bccd, 'images'), join(root, 'JPEGImages'), { recursive: true });
      cpSync(join(bccd, 'annotations_voc'), join(root, 'Annotations'), { recursive: true });
      cpSync(join(bccd, 'splits'), join(root, 'ImageSets/Main'), { recursive: true });
      const fromVoc = await prepare(root);
      const fromYolo = await prepare(bccd);
      expect(fromVoc.names).toEqual(fromYolo.names);
      for (const split of ['train', 'val', 'test'] as const) {
        expect(labels(fromVoc[split]!)).toEqual(labels(fromYolo[split]!));
      }
      expect(fromVoc.findings.map(({ code, file }) => `${code} ${file}`)).toEqual([
        'zero-area-box Annotations/BloodImage_00338.xml',
        'zero-area-box Annotations/BloodImage_00343.xml',
      ]);
    });
  });
}
