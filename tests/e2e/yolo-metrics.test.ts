import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileRef } from 'sluice';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Sample } from '../../steps/yolo/data/samples.ts';
import { parseCocoDetections, parseCocoGroundTruth } from '../../steps/yolo/metrics/coco-dataset.ts';
import { type CocoDocuments, cocoDocuments } from '../../steps/yolo/metrics/coco-documents.ts';
import { cocoEval } from '../../steps/yolo/metrics/coco-eval.ts';
import { openWeights } from '../../steps/yolo/metrics/open-weights.ts';
import { type Validation, validate } from '../../steps/yolo/metrics/validate.ts';
import { scoreWithPycocotools } from '../oracle/score-with-pycocotools.ts';
import { goldenCases, makeCocoCase } from '../unit/yolo/metrics/coco-cases.ts';
import { testData } from './test-data.ts';

// A Python with pycocotools (tests/oracle/requirements.txt). Its absence fails under REQUIRE_SERVICES=1 and is named otherwise.
const python = process.env['SLUICE_ORACLE_PYTHON'];
const coco128 = testData('coco128');
const weights = testData('weights');
const GOLDEN = new URL('../golden/coco-eval.json', import.meta.url);

const ours = ({ gt, dt }: { readonly gt: unknown; readonly dt: unknown }): readonly number[] => {
  const truth = parseCocoGroundTruth(gt, 'gt.json');
  return cocoEval(truth, parseCocoDetections(dt, 'dt.json', truth)).stats;
};

if (python) {
  describe('pycocotools as the oracle', () => {
    test('the golden figures are its own', async () => {
      const cases = goldenCases();
      const stats = scoreWithPycocotools(python, cases).map((result) => result.stats);
      const figures = Object.fromEntries(cases.map(({ name }, i) => [name, stats[i]]));
      if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, `${JSON.stringify(figures, null, 2)}\n`);
      expect(JSON.parse(await readFile(GOLDEN, 'utf8'))).toEqual(figures);
    });

    test('forty random sets: every figure the same to the last bit', () => {
      const cases = Array.from({ length: 40 }, (_, i) =>
        makeCocoCase(`random ${i}`, {
          seed: 1000 + i,
          images: 1 + (i % 25),
          categories: 1 + (i % 7),
          labels: i % 9,
          noise: (i * 5) % 40,
          crowds: i % 3 === 0 ? 0.2 : 0,
          scoreSteps: i % 4 === 0 ? 4 : 1e6,
          whole: i % 5 === 0,
        }),
      ).filter(({ dt }) => dt.length > 0);
      const oracle = scoreWithPycocotools(python, cases).map(({ stats }) => stats);
      expect(cases.map(ours)).toEqual(oracle);
    });
  });
} else {
  test('pycocotools did not run: SLUICE_ORACLE_PYTHON names no Python', () => {
    expect(process.env['REQUIRE_SERVICES'], 'set SLUICE_ORACLE_PYTHON (tests/oracle/requirements.txt)').not.toBe('1');
  });
}

/** Pictures of COCO128 as samples; labels of `cls` alone where it is given, renumbered to 0. */
function samplesOf(folder: string, stems: readonly string[], cls?: number): readonly Sample[] {
  return stems.map((name) => {
    const rows = readLines(join(folder, 'labels', 'train2017', `${name}.txt`)).map((line) =>
      line.split(' ').map(Number),
    );
    const kept = cls === undefined ? rows : rows.filter(([c]) => c === cls).map(([, ...box]) => [0, ...box]);
    const imagePath = join(folder, 'images', 'train2017', `${name}.jpg`);
    return { name, imagePath, labels: Float32Array.from(kept.flat()) };
  });
}

/** Lines of a file, none where it does not exist: two pictures of COCO128 have no labels. */
function readLines(path: string): readonly string[] {
  return textOf(path)
    .split(/\r?\n/)
    .filter((line) => line !== '');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}

async function score(
  file: string,
  samples: readonly Sample[],
  names: readonly string[],
  imgsz: number,
): Promise<Validation> {
  const { graph } = await openWeights(FileRef.of(file), { names, imgsz });
  try {
    return await validate(graph, samples, { names, imgsz });
  } finally {
    await graph.close();
  }
}

describe.runIf(coco128 !== undefined && weights !== undefined)('a real detector on real pictures', () => {
  const file = join(weights ?? '', 'yolov8n_int8.onnx');

  // Ultralytics 8.4.190 on the same weights: person class, 10 validation pictures of tiny person.
  test.for([
    [320, 0.674, 0.481],
    [416, 0.774, 0.581],
  ] as const)('tiny person at %i px scores as Ultralytics has it', async ([imgsz, mAP50, mAP50_95]) => {
    const rows = readLines(join(coco128!, 'tiny_person_split.csv')).map((line) => line.split(','));
    const stems = rows.flatMap(([split, stem]) => (split === 'val' ? [stem!] : []));
    const { metrics, images } = await score(file, samplesOf(coco128!, stems, 0), ['person'], imgsz);
    expect([images.length, metrics.perClass[0]!.instances]).toEqual([10, 31]);
    expect(Math.abs(metrics.mAP50 - mAP50)).toBeLessThan(0.02);
    expect(Math.abs(metrics.mAP50_95 - mAP50_95)).toBeLessThan(0.02);
  });

  describe('COCO128 at 640 px', () => {
    let validation: Validation;
    let documents: CocoDocuments;

    beforeAll(async () => {
      const names = readLines(join(coco128!, 'classes.txt'));
      const pictures = await readdir(join(coco128!, 'images', 'train2017'));
      const stems = pictures.map((name) => name.replace('.jpg', '')).sort();
      validation = await score(file, samplesOf(coco128!, stems), names, 640);
      documents = cocoDocuments(validation.images, names);
    }, 600_000);

    test('scores as Ultralytics has it: .598 / .438', () => {
      expect(validation.images).toHaveLength(128);
      expect(documents.gt.annotations).toHaveLength(929);
      expect(Math.abs(validation.metrics.mAP50 - 0.598)).toBeLessThan(0.02);
      expect(Math.abs(validation.metrics.mAP50_95 - 0.438)).toBeLessThan(0.02);
    });

    test.runIf(python)('all twelve COCO figures are those of pycocotools', () => {
      const [oracle] = scoreWithPycocotools(python!, [documents]);
      expect(ours(documents)).toEqual(oracle!.stats);
      expect(oracle!.stats[0]).toBeGreaterThan(0.4);
    });

    test('eval:coco prints them from the files', () => {
      const folder = mkdtempSync(join(tmpdir(), 'sluice-coco128-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      writeFileSync(join(folder, 'gt.json'), JSON.stringify(documents.gt));
      writeFileSync(join(folder, 'dt.json'), JSON.stringify(documents.dt));
      const script = fileURLToPath(new URL('../../scripts/eval-coco.ts', import.meta.url));
      const args = ['--gt', join(folder, 'gt.json'), '--dt', join(folder, 'dt.json'), '--output', 'json'];
      const { stdout, status } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
      expect(status).toBe(0);
      expect(JSON.parse(stdout)).toEqual({ stats: ours(documents) });
    });
  });
});
