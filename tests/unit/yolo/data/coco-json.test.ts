import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { prepareDataset } from '../../../../steps/yolo/data/prepare-dataset.ts';
import { resolveSource } from '../../../../steps/yolo/data/resolve-source.ts';
import { jpeg, scratch, writeFiles } from './data-set-folder.ts';

const refused = (message: string) => ({ code: 'ERR_INPUT', message: expect.stringContaining(message) });

interface Change {
  readonly images?: readonly object[];
  readonly annotations?: readonly object[];
  readonly categories?: readonly object[];
}

/** Two pictures of 16 × 16 pixels; ids have gaps, as COCO's have. */
function coco(first: number, change: Change = {}): string {
  const image = (id: number) => ({ id, file_name: `${id}.jpg`, width: 16, height: 16 });
  return JSON.stringify({
    images: [image(first), image(first + 1)],
    annotations: [
      { id: first, image_id: first, category_id: 7, bbox: [0, 4, 8, 8], area: 64, iscrowd: 0 },
      { id: first + 1, image_id: first + 1, category_id: 3, bbox: [8, 8, 8, 4], area: 32 },
      { id: first + 2, image_id: first + 1, category_id: 3, bbox: [0, 0, 16, 16], area: 256, iscrowd: 1 },
    ],
    categories: [
      { id: 7, name: 'dog' },
      { id: 3, name: 'cat' },
    ],
    ...change,
  });
}

const pictures = async (folder: string, ...numbers: readonly number[]): Promise<Record<string, Uint8Array>> =>
  Object.fromEntries(await Promise.all(numbers.map(async (n) => [`${folder}${n}.jpg`, await jpeg(n)] as const)));

/** COCO's own layout. */
async function published(train = coco(1), val = coco(5)): Promise<string> {
  return writeFiles(scratch(), {
    'annotations/instances_train2017.json': train,
    'annotations/instances_val2017.json': val,
    'annotations/captions_train2017.json': '{}',
    ...(await pictures('train2017/', 1, 2)),
    ...(await pictures('val2017/', 5, 6)),
  });
}

async function prepared(data: string, split = '') {
  const result = await prepareDataset({ source: await resolveSource(data), split, workDir: scratch() });
  const labels = (folder: { readonly path: string }) =>
    Object.fromEntries(
      readdirSync(join(folder.path, 'labels')).map((file) => [
        file,
        readFileSync(join(folder.path, 'labels', file), 'utf8').trim(),
      ]),
    );
  return {
    ...result,
    labels: { train: labels(result.train), val: labels(result.val) },
    codes: result.findings.map(({ code, file }) => `${code} ${file}`),
  };
}

describe('COCO JSON', () => {
  test('becomes YOLO labels: classes by rising id, boxes in parts of the picture, crowds left out', async () => {
    const { names, labels, codes } = await prepared(await published());
    expect(names).toEqual(['cat', 'dog']);
    expect(labels.train).toEqual({
      '1.txt': '1 0.250000 0.500000 0.500000 0.500000',
      '2.txt': '0 0.750000 0.625000 0.500000 0.250000',
    });
    expect(Object.keys(labels.val)).toEqual(['5.txt', '6.txt']);
    expect(codes).toEqual([]);
  });

  test('gives the same bytes as the same data set with YOLO labels', async () => {
    const { labels, names } = await prepared(await published());
    const yolo = writeFiles(scratch(), {
      'classes.txt': names.join('\n'),
      ...(await pictures('images/train/', 1, 2)),
      ...(await pictures('images/val/', 5, 6)),
      ...Object.fromEntries(Object.entries(labels.train).map(([file, text]) => [`labels/train/${file}`, text])),
      ...Object.fromEntries(Object.entries(labels.val).map(([file, text]) => [`labels/val/${file}`, text])),
    });
    expect((await prepared(yolo)).labels).toEqual(labels);
  });

  test.each([
    ['images/train.json and its kin', 'annotations/train.json', 'annotations/val.json', 'images/train/', 'images/val/'],
    ['one folder of pictures', 'annotations/train.json', 'annotations/val.json', 'images/', 'images/'],
    ['beside the pictures', 'train/_annotations.coco.json', 'valid/_annotations.coco.json', 'train/', 'valid/'],
  ])('is found in the layout: %s', async (_, train, val, trainPictures, valPictures) => {
    const root = writeFiles(scratch(), {
      [train]: coco(1),
      [val]: coco(5),
      ...(await pictures(trainPictures, 1, 2)),
      ...(await pictures(valPictures, 5, 6)),
    });
    const { labels } = await prepared(root);
    expect([Object.keys(labels.train), Object.keys(labels.val)]).toEqual([
      ['1.txt', '2.txt'],
      ['5.txt', '6.txt'],
    ]);
  });

  test('one file is a data set without splits', async () => {
    const root = writeFiles(scratch(), { 'labels.json': coco(1), ...(await pictures('images/', 1, 2)) });
    const { labels } = await prepared(join(root, 'labels.json'), '0.5,0.5,0');
    expect(Object.keys({ ...labels.train, ...labels.val }).sort()).toEqual(['1.txt', '2.txt']);
  });

  test('YOLO labels beside it come first', async () => {
    const root = await published();
    writeFiles(root, { 'labels/readme.txt': '', 'images/1.jpg': await jpeg(1), 'classes.txt': 'cat' });
    expect(await resolveSource(root)).toMatchObject({ kind: 'yolo' });
  });

  test('what is wrong in it is reported, and left out', async () => {
    const box = { image_id: 2, category_id: 3, bbox: [0, 0, 4, 4] };
    const annotations = [
      { ...box, id: 1, image_id: 1 },
      { ...box, id: 2, image_id: 1 },
      { ...box, id: 3, image_id: 1, bbox: [1, 1, 0, 4] },
      { ...box, id: 4, bbox: [0, 0, 4] },
      { ...box, id: 5, category_id: 9 },
      { ...box, id: 6, bbox: [10, 10, 10, 4] },
      { ...box, id: 7, image_id: 99 },
    ];
    const images = [1, 2, 3].map((id) => ({ id, file_name: `${id}.jpg`, width: 16, height: 16 }));
    const { codes, labels } = await prepared(await published(coco(1, { annotations, images })));
    const file = 'annotations/instances_train2017.json';
    expect(codes).toEqual([
      `class-out-of-range ${file}`,
      `duplicate-row ${file}`,
      `malformed-row ${file}`,
      'missing-image train2017/3.jpg',
      `out-of-range ${file}`,
      `zero-area-box ${file}`,
      `orphan-label ${file}`,
    ]);
    expect(Object.keys(labels.train)).toEqual(['1.txt']);
  });

  test('a size that the file lacks is that of the picture; a picture without boxes is a background', async () => {
    const images = [1, 2].map((id) => ({ id, file_name: `${id}.jpg` }));
    const annotations = [{ id: 1, image_id: 1, category_id: 3, bbox: [0, 0, 8, 16] }];
    const { labels, codes } = await prepared(await published(coco(1, { images, annotations })));
    expect(labels.train['1.txt']).toBe('0 0.250000 0.500000 0.500000 1.000000');
    expect(codes).toEqual(['empty-label train2017/2.jpg']);
  });

  test('a name that leads out of the folder names no picture', async () => {
    const images = [1, 2].map((id) => ({ id, file_name: `../val2017/${id + 4}.jpg`, width: 16, height: 16 }));
    const source = await resolveSource(await published(coco(1, { images })));
    await expect(prepareDataset({ source, workDir: scratch() })).rejects.toMatchObject(
      refused('its train split has no pictures'),
    );
  });

  test.each([
    ['{ "images": [', 'is not COCO JSON'],
    ['{ "images": [], "categories": [] }', 'annotations is missing'],
    [coco(1, { categories: [{ id: 'a', name: 'x' }] }), 'categories[0] has no whole id'],
    [coco(1, { images: [{ id: 1 }] }), 'images[0] has no file_name'],
    [coco(1, { categories: [{ id: 3, name: 'cow' }] }), 'calls category 3'],
  ])('%s is refused', async (train, message) => {
    const source = await resolveSource(await published(train));
    await expect(prepareDataset({ source, workDir: scratch() })).rejects.toMatchObject(refused(message));
  });

  test('a JSON file without pictures is refused before anything runs', async () => {
    const root = writeFiles(scratch(), { 'a.json': '{}' });
    await expect(resolveSource(join(root, 'a.json'))).rejects.toMatchObject(refused('a.json is taken for COCO JSON'));
  });
});
