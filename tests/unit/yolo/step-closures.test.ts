import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CodeDigest } from '../../../framework/code/code-digest.ts';
import { createCodeDigester } from '../../../framework/code/create-code-digester.ts';

const checkout = resolve(import.meta.dirname, '..', '..', '..');
const GOLDEN = join(checkout, 'tests/golden/step-closures.json');
const METHODS = ['prepareDataset', 'trainYolo', 'evaluate', 'summarize'] as const;
type Method = (typeof METHODS)[number];

interface Closure {
  readonly files: readonly string[];
  readonly packages: readonly string[];
}

let cacheDir: string;
let digests: Readonly<Record<Method, CodeDigest>>;

beforeAll(async () => {
  cacheDir = mkdtempSync(join(tmpdir(), 'sluice-closures-'));
  const digester = createCodeDigester({ projectDir: checkout, cacheDir });
  const file = join(checkout, 'steps/yolo/yolo.steps.ts');
  const found = await Promise.all(METHODS.map((method) => digester.digestOf({ file, className: 'YoloSteps', method })));
  digests = Object.fromEntries(METHODS.map((method, i) => [method, found[i]!])) as Record<Method, CodeDigest>;
});
afterAll(() => rmSync(cacheDir, { recursive: true, force: true }));

/** Files and packages that a step's digest has parts of. */
function closureOf({ parts }: CodeDigest): Closure {
  const named = (kind: string): string[] =>
    parts.flatMap(({ part }) => (part.startsWith(`${kind} `) ? [part.slice(kind.length + 1).replace(/#.*/, '')] : []));
  const distinct = (names: string[]): string[] => [...new Set(names)].sort();
  return { files: distinct([...named('code'), ...named('file')]), packages: distinct(named('package')) };
}

describe('what makes the steps of train-yolo run again', () => {
  // A file that appears here under a step it has nothing to do with is a training that somebody pays for twice.
  test('is the code of these files and packages (UPDATE_GOLDEN=1 rewrites the list)', () => {
    const actual = Object.fromEntries(METHODS.map((method) => [method, closureOf(digests[method])]));
    if (process.env['UPDATE_GOLDEN']) writeFileSync(GOLDEN, `${JSON.stringify(actual, null, 2)}\n`);
    expect(actual).toEqual(JSON.parse(readFileSync(GOLDEN, 'utf8')));
  });

  test('is all in sight: nothing is read that the key leaves out', () => {
    expect(METHODS.flatMap((method) => digests[method].warnings)).toEqual([]);
  });

  test('is not the loop that trains, for the step that scores, nor the other way round', () => {
    const [train, evaluate] = [closureOf(digests.trainYolo), closureOf(digests.evaluate)];
    expect(train.files).toContain('steps/yolo/train/train-loop.ts');
    expect(evaluate.files.filter((file) => file.startsWith('steps/yolo/train/'))).toEqual([]);
    expect(evaluate.files).toContain('steps/yolo/report/evaluate.ts');
    expect(train.files).not.toContain('steps/yolo/report/evaluate.ts');
  });

  test('is the font, for every step that draws', () => {
    for (const method of ['prepareDataset', 'evaluate'] as const)
      expect(closureOf(digests[method]).packages).toEqual(
        expect.arrayContaining(['@resvg/resvg-js', 'dejavu-fonts-ttf', 'sharp']),
      );
  });
});
