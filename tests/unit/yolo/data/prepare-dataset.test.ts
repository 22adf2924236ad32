import { copyFileSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type DirectoryRef, FileRef } from 'sluice';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../steps/yolo/data/decode-image.ts';
import { type PrepareOptions, prepareDataset } from '../../../../steps/yolo/data/prepare-dataset.ts';
import type { PreparedDataset } from '../../../../steps/yolo/data/prepared-dataset.ts';
import { resolveSource } from '../../../../steps/yolo/data/resolve-source.ts';
import { listSamples } from '../../../../steps/yolo/data/samples.ts';
import { jpeg, noisyJpeg, scratch, writeFiles, yoloFolder } from './data-set-folder.ts';

const prepare = async (data: string, options: Partial<Omit<PrepareOptions, 'source'>> = {}): Promise<PreparedDataset> =>
  prepareDataset({ source: await resolveSource(data), workDir: join(scratch(), 'work'), ...options });

const files = ({ path }: DirectoryRef, kind: 'images' | 'labels' = 'images'): string[] =>
  readdirSync(join(path, kind)).sort();

const codes = ({ findings }: PreparedDataset): string[] =>
  findings.map(({ severity, code, file, line }) => `${severity} ${code} ${file}${line ? `:${line}` : ''}`);

describe('the prepared form', () => {
  test('splits are disjoint, complete and stable; pictures keep their bytes and labels their digits', async () => {
    const root = await yoloFolder(scratch(), 20, { 'labels/p03.txt': '1 0.1000 0.2 0.125 0.25\n' });
    const one = await prepare(root);
    const all = [one.train, one.val, one.test!].flatMap((split) => files(split));
    expect([files(one.train).length, files(one.val).length, files(one.test!).length]).toEqual([16, 2, 2]);
    expect(all.sort()).toEqual(files({ path: root } as DirectoryRef));
    for (const split of [one.train, one.val, one.test!]) {
      for (const file of files(split)) {
        expect(readFileSync(join(split.path, 'images', file))).toEqual(readFileSync(join(root, 'images', file)));
        const label = join('labels', file.replace('.jpg', '.txt'));
        expect(readFileSync(join(split.path, label), 'utf8')).toBe(readFileSync(join(root, label), 'utf8'));
      }
    }
    const again = await prepare(root);
    expect([again.val, again.test!].map((split) => files(split))).toEqual([files(one.val), files(one.test!)]);
    const other = await prepare(root, { seed: 1 });
    expect(files(other.val)).not.toEqual(files(one.val));
    expect(one.statistics).toMatchObject({
      train: { images: 16, backgrounds: 0 },
      val: { images: 2, boxes: 2 },
      test: { images: 2, boxes: 2 },
    });
  });

  test('a user’s own file is copied, never linked', async () => {
    const root = await yoloFolder(scratch(), 10);
    const { train } = await prepare(root);
    const [first] = files(train);
    expect(statSync(join(train.path, 'images', first!)).nlink).toBe(1);
    expect(statSync(join(root, 'images', first!)).nlink).toBe(1);
  });

  test('pictures of one name get names of their own', async () => {
    const root = writeFiles(scratch(), {
      'classes.txt': 'a',
      'images/x/1.jpg': await jpeg(1),
      'images/y/1.jpg': await jpeg(2),
      'images/y/1.PNG': await jpeg(3),
      'labels/x/1.txt': '0 .5 .5 .1 .1',
      'labels/y/1.txt': '0 .5 .5 .2 .2',
    });
    const { train, val } = await prepare(root, { split: '0.67,0.33', seed: 1 });
    const names = [...files(train), ...files(val)].sort();
    expect(names).toHaveLength(3);
    expect(new Set(names)).toEqual(new Set(names.filter((name) => /^[xy]__1(-2)?\.(jpg|png)$/.test(name))));
    const boxes = await Promise.all([train, val].map(({ path }) => listSamples(path)));
    expect(
      boxes
        .flat()
        .map(({ name, labels }) => [name[0], Math.round(labels[4]! * 10)])
        .sort(),
    ).toEqual([
      ['x', 1],
      ['y', 2],
      ['y', 2],
    ]);
  });

  test('the contact sheet is a PNG with the pictures on it', async () => {
    const { contactSheet } = await prepare(await yoloFolder(scratch(), 20));
    const { width, height, data } = await decodeImage(contactSheet.path);
    expect([width, height > 700]).toEqual([970, true]);
    // White paper, and at least the flat colours of sixteen pictures.
    const colours = new Set(
      Array.from({ length: data.length / 30 }, (_, i) => data.subarray(i * 30, i * 30 + 3).join()),
    );
    expect(colours.size).toBeGreaterThan(16);
  });

  test('drawn shapes come out ready to train on', async () => {
    const result = await prepare('shapes:train=6,val=3,test=1,size=64');
    expect(result.names).toEqual(['circle', 'square', 'triangle']);
    expect(result.statistics.source).toBe('shapes (seed 0)');
    expect(result.findings).toEqual([]);
    const samples = await listSamples(result.train.path);
    expect(samples.map(({ name }) => name)).toEqual(Array.from({ length: 6 }, (_, i) => `train-0000${i}`));
    expect(samples.every(({ labels }) => labels.length > 0 && labels.every((value) => value >= 0))).toBe(true);
  });
});

describe('which pictures', () => {
  const mixed = {
    'labels/p01.txt': '1 .5 .5 .2 .2\n',
    'labels/p02.txt': '',
    'labels/p04.txt': '1 .1 .1 .1 .1\n0 .5 .5 .2 .2\n',
  };

  test('classes are numbered in the order they are wanted in; other boxes go, their pictures stay', async () => {
    const root = await yoloFolder(scratch(), 6, mixed);
    const { names, statistics, train, val } = await prepare(root, { classes: ['dog', 'cat'], split: '0.5,0.5' });
    expect(names).toEqual(['dog', 'cat']);
    expect(statistics.train.boxes + statistics.val.boxes).toBe(6);
    const samples = (await Promise.all([train, val].map(({ path }) => listSamples(path)))).flat();
    const p04 = samples.find(({ name }) => name === 'p04')!;
    expect([p04.labels[0], p04.labels[5]]).toEqual([0, 1]);

    const dogs = await prepare(root, { classes: ['dog'], split: '0.5,0.5', seed: 3 });
    expect(dogs.names).toEqual(['dog']);
    expect(dogs.statistics.train.boxes + dogs.statistics.val.boxes).toBe(2);
    expect(dogs.statistics.train.backgrounds + dogs.statistics.val.backgrounds).toBe(4);
  });

  test('an unknown class is answered with the nearest', async () => {
    const root = await yoloFolder(scratch(), 3);
    await expect(prepare(root, { classes: ['cta'] })).rejects.toMatchObject({
      code: 'ERR_INPUT',
      message: expect.stringContaining('cta'),
      hint: expect.stringContaining('Did you mean cat?'),
    });
    expect((await prepare(root, { classes: ['0'] })).names).toEqual(['cat']);
  });

  test('limit takes the first by name that have a wanted box, and are readable', async () => {
    const root = await yoloFolder(scratch(), 9, { ...mixed, 'images/p03.jpg': 'text' });
    const result = await prepare(root, { classes: ['cat'], limit: 4, split: '0.5,0.5' });
    expect([...files(result.train), ...files(result.val)].sort()).toEqual(['p00.jpg', 'p04.jpg', 'p05.jpg', 'p06.jpg']);
  });

  test('a split file names the pictures; what it names in vain is reported', async () => {
    const root = await yoloFolder(scratch(), 8, {
      'my.csv': 'split,stem\ntrain,p05\ntrain,p01.jpg\nval,p02\nval,p77\n',
    });
    const result = await prepare(root, { splitFile: FileRef.of(join(root, 'my.csv')) });
    expect([files(result.train), files(result.val), result.test]).toEqual([['p01.jpg', 'p05.jpg'], ['p02.jpg'], null]);
    expect(codes(result)).toEqual(['error missing-image p77']);
  });

  test('the data set’s own splits are kept; a given ratio deals anew', async () => {
    const root = await yoloFolder(scratch(), 10, {
      'splits/train.txt': 'p00\np01\np02\n',
      'splits/val.txt': 'p03.jpg\n',
      'splits/test.txt': 'p04\np99\n',
    });
    const own = await prepare(root);
    expect([own.train, own.val, own.test!].map((split) => files(split).length)).toEqual([3, 1, 1]);
    expect(codes(own)).toEqual(['error missing-image images/p99']);
    const anew = await prepare(root, { split: '0.6,0.4' });
    expect([files(anew.train).length, files(anew.val).length]).toEqual([3, 2]);
  });

  test('Pascal VOC: names are those that occur, sorted, or the given ones', async () => {
    const xml = (name: string, xmax: number): string =>
      `<annotation><size><width>16</width><height>16</height></size><object><name>${name}</name><bndbox><xmin>4</xmin><ymin>4</ymin><xmax>${xmax}</xmax><ymax>12</ymax></bndbox></object></annotation>`;
    const root = writeFiles(scratch(), {
      'JPEGImages/1.jpg': await jpeg(1),
      'JPEGImages/2.jpg': await jpeg(2),
      'Annotations/1.xml': xml('dog', 8),
      'Annotations/2.xml': xml('ant', 12),
      'ImageSets/Main/train.txt': '1\n',
      'ImageSets/Main/val.txt': '2\n',
    });
    const result = await prepare(root);
    expect(result.names).toEqual(['ant', 'dog']);
    expect(readFileSync(join(result.train.path, 'labels/1.txt'), 'utf8')).toBe(
      '1 0.375000 0.500000 0.250000 0.500000\n',
    );
    expect(readFileSync(join(result.val.path, 'labels/2.txt'), 'utf8')).toBe('0 0.500000 0.500000 0.500000 0.500000\n');
    writeFiles(root, { 'classes.txt': 'dog\nant\n' });
    expect((await prepare(root)).names).toEqual(['dog', 'ant']);
  });
});

describe('findings', () => {
  test('labels: everything wrong is reported by file and line, and the rest is used', async () => {
    const root = await yoloFolder(scratch(), 12, {
      'labels/p01.txt': '',
      'labels/p02.txt': '0 .5 .5 .2 .2\n0 .5 .5 .2\n',
      'labels/p03.txt': '0 300 200 50 50\n',
      'labels/p04.txt': '2 .5 .5 .2 .2\n',
      'labels/p05.txt': '0 .5 .5 0 .2\n1 .5 .5 .2 .2\n',
      'labels/orphan.txt': '0 .5 .5 .2 .2\n',
      'images/unlabelled.jpg': await jpeg(99),
    });
    const result = await prepare(root, { split: '0.7,0.3' });
    expect(codes(result)).toEqual([
      'error class-out-of-range labels/p04.txt:1',
      'error malformed-row labels/p02.txt:2',
      'error out-of-range labels/p03.txt:1',
      'error zero-area-box labels/p05.txt:1',
      'warning empty-label labels/p01.txt',
      'warning missing-label images/unlabelled.jpg',
      'warning orphan-label labels/orphan.txt',
    ]);
    const used = [...files(result.train), ...files(result.val)];
    expect(used).toHaveLength(10);
    for (const out of ['p02.jpg', 'p03.jpg', 'p04.jpg']) expect(used).not.toContain(out);
    expect(result.statistics.train.backgrounds + result.statistics.val.backgrounds).toBe(2);
  });

  test('pictures: text under a picture’s name, an empty file, a truncated JPEG, an unknown kind', async () => {
    const large = await noisyJpeg();
    const root = await yoloFolder(scratch(), 10, {
      'images/p01.jpg': 'this is text',
      'images/p02.jpg': '',
      'images/p03.jpg': large.subarray(0, large.length / 2),
      'images/extra.bmp': 'BM',
    });
    const result = await prepare(root);
    expect(codes(result).filter((code) => code.startsWith('error'))).toEqual([
      'error unreadable-image images/extra.bmp',
      'error unreadable-image images/p01.jpg',
      'error unreadable-image images/p02.jpg',
      'error unreadable-image images/p03.jpg',
    ]);
    expect(files(result.train).length + files(result.val).length + files(result.test!).length).toBe(7);
  });

  test('copies: dealt out by ratio only the first stays', async () => {
    const root = await yoloFolder(scratch(), 10);
    copyFileSync(join(root, 'images/p02.jpg'), join(root, 'images/p07.jpg'));
    const result = await prepare(root);
    expect(codes(result)).toEqual(['error duplicate-image images/p07.jpg']);
    expect(result.findings[0]!.message).toContain('images/p02.jpg');
    expect(result.statistics.train.images).toBe(7);
  });

  test('copies: splits that are given are kept, and told where they leak', async () => {
    const root = await yoloFolder(scratch(), 5, {
      'splits/train.txt': 'p00\np01\np02\n',
      'splits/val.txt': 'p03\np04\n',
    });
    copyFileSync(join(root, 'images/p00.jpg'), join(root, 'images/p01.jpg'));
    copyFileSync(join(root, 'images/p02.jpg'), join(root, 'images/p04.jpg'));
    const result = await prepare(root);
    expect(codes(result)).toEqual(['warning duplicate-image images/p01.jpg', 'warning split-leak images/p04.jpg']);
    expect(result.findings[1]!.message).toContain('images/p02.jpg');
    expect([files(result.train).length, files(result.val).length]).toEqual([3, 2]);
  });

  test('train and val of one folder, as in coco128.yaml, leak in every picture but run', async () => {
    const root = await yoloFolder(scratch(), 3, {
      'data.yaml': 'train: images\nval: images\nnames: [cat, dog]\n',
      'labels/p01.txt': '9 .5 .5 .1 .1\n',
    });
    const result = await prepare(root);
    expect(codes(result)).toEqual([
      'error class-out-of-range labels/p01.txt:1',
      'warning split-leak images/p00.jpg',
      'warning split-leak images/p02.jpg',
    ]);
    const anew = await prepare(root, { split: '0.5,0.5' });
    expect([files(anew.train), files(anew.val)].flat().sort()).toEqual(['p00.jpg', 'p02.jpg']);
  });

  test('strict fails on what would be left out, and not on a warning', async () => {
    const root = await yoloFolder(scratch(), 6, { 'labels/p01.txt': '' });
    await prepare(root, { strict: true, split: '0.5,0.5' });
    writeFiles(root, { 'labels/p02.txt': '0 .5\n' });
    await expect(prepare(root, { strict: true })).rejects.toMatchObject({
      code: 'ERR_INPUT',
      message: expect.stringContaining('labels/p02.txt:1: 2 columns instead of 5'),
    });
  });
});

describe('what can’t be trained on is refused, with the first findings', () => {
  test('no usable picture', async () => {
    const root = await yoloFolder(scratch(), 3, {
      'images/p00.jpg': 'x',
      'images/p01.jpg': 'x',
      'labels/p02.txt': '5 .5 .5 .1 .1',
    });
    await expect(prepare(root)).rejects.toMatchObject({
      code: 'ERR_INPUT',
      message: expect.stringMatching(/no usable picture left.\n {2}labels\/p02\.txt:1: class 5/),
    });
  });

  test('an empty split, and a split without a box', async () => {
    const root = await yoloFolder(scratch(), 3, { 'splits/train.txt': 'p00\np01\n' });
    await expect(prepare(root)).rejects.toMatchObject({
      message: expect.stringContaining('val split has no pictures'),
    });
    writeFiles(root, { 'splits/val.txt': 'p02\n', 'labels/p02.txt': '' });
    await expect(prepare(root)).rejects.toMatchObject({ message: expect.stringContaining('val split has no boxes') });
  });

  test('wrong ratios', async () => {
    const root = await yoloFolder(scratch(), 3);
    await expect(prepare(root, { split: '80,20' })).rejects.toMatchObject({
      message: expect.stringContaining('80,20'),
    });
  });
});

test('progress is told and a cancel ends the work', async () => {
  const root = await yoloFolder(scratch(), 20);
  const messages: string[] = [];
  await prepare(root, { onProgress: ({ message }) => messages.push(message ?? '') });
  expect(messages.at(-1)).toBe('checking pictures 20/20');
  const controller = new AbortController();
  const reason = new Error('cancelled by the test');
  await expect(prepare(root, { signal: controller.signal, onProgress: () => controller.abort(reason) })).rejects.toBe(
    reason,
  );
});
