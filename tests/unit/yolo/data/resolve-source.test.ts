import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FolderSource } from '../../../../steps/yolo/data/dataset-source.ts';
import { resolveSource } from '../../../../steps/yolo/data/resolve-source.ts';
import { scratch, writeFiles } from './data-set-folder.ts';

const refused = (message: string, hint = '') => ({
  code: 'ERR_INPUT',
  message: expect.stringContaining(message),
  hint: expect.stringContaining(hint),
});

/** What a layout was understood as: `split: folder of images + folder of labels (only …)`. */
async function understood(data: string): Promise<string[]> {
  const { kind, folders, parts } = (await resolveSource(data)) as FolderSource;
  return parts.map(({ split, folder, only }) => {
    const { images, labels, imagesLabel, labelsLabel } = folders[folder]!;
    expect(images.path.replaceAll('\\', '/')).toContain(imagesLabel);
    const list = only === null ? '' : ` (${only.join(' ')})`;
    return `${kind} ${split ?? 'all'}: ${imagesLabel} + ${labels === null ? 'none' : labelsLabel}${list}`;
  });
}

describe('words', () => {
  test('shapes, with settings', async () => {
    const source = { kind: 'shapes', train: 384, val: 64, test: 0, size: 128, seed: 0 };
    expect(await resolveSource('shapes')).toEqual(source);
    expect(await resolveSource('shapes:train=8,size=64')).toEqual({ ...source, train: 8, size: 64 });
  });

  test.each(['shapes:count=3', 'shapes:train=0', 'shapes:train=', 'shapes:size=1.5', 'shapes:train'])(
    '%s is refused with what it could be',
    async (data) => {
      await expect(resolveSource(data)).rejects.toMatchObject(refused(data.slice(7), 'train=384'));
    },
  );

  test('coco128 needs no network here', async () => {
    expect(await resolveSource('coco128')).toEqual({ kind: 'coco128' });
  });

  test('what does not exist is named, with the choices', async () => {
    await expect(resolveSource('no/such/folder')).rejects.toMatchObject(refused('no/such/folder', 'data.yaml'));
    await expect(resolveSource('shape')).rejects.toMatchObject(refused('shape', 'Did you mean shapes?'));
    await expect(resolveSource('coco')).rejects.toMatchObject(refused('coco', 'a folder'));
  });

  test('a DVC-tracked path that was not pulled says so', async () => {
    const root = writeFiles(scratch(), { 'cells.dvc': 'outs: []' });
    for (const data of ['cells', 'cells.dvc'])
      await expect(resolveSource(join(root, data))).rejects.toMatchObject(
        refused(data, `dvc pull ${join(root, 'cells')} `),
      );
  });

  test('a DVC-tracked path that is there is the data itself, named with its pointer or without', async () => {
    const files = { 'images/1.jpg': '', 'labels/1.txt': '0 .5 .5 .5 .5', 'classes.txt': 'cell' };
    const inFolder = Object.fromEntries(Object.entries(files).map(([path, text]) => [`cells/${path}`, text]));
    const root = writeFiles(scratch(), { ...inFolder, 'cells.dvc': 'outs: []' });
    const source = await resolveSource(join(root, 'cells'));
    expect(source).toMatchObject({ kind: 'yolo', name: 'cells' });
    expect(await resolveSource(join(root, 'cells.dvc'))).toEqual(source);
  });

  test('other files are refused', async () => {
    const root = writeFiles(scratch(), { 'a.zip': '', 'a.json': '{}' });
    await expect(resolveSource(join(root, 'a.zip'))).rejects.toMatchObject(refused('a.zip', 'Unpack it'));
    await expect(resolveSource(join(root, 'a.json'))).rejects.toMatchObject(refused('a.json'));
  });
});

describe('folders', () => {
  const layouts: [string, Record<string, string>, string[]][] = [
    ['flat', { 'classes.txt': 'a', 'images/1.jpg': '', 'labels/1.txt': '' }, ['yolo all: images + labels']],
    [
      'COCO128 as published: one split is no split, and COCO’s names are known',
      { 'images/train2017/1.jpg': '', 'labels/train2017/1.txt': '', LICENSE: '' },
      ['yolo all: images/train2017 + labels/train2017'],
    ],
    [
      'splits inside images/ and labels/',
      { 'classes.txt': 'a', 'images/train/1.jpg': '', 'images/valid/2.jpg': '', 'labels/train/1.txt': '' },
      ['yolo train: images/train + labels/train', 'yolo val: images/valid + none'],
    ],
    [
      'COCO with an unlabelled test2017',
      {
        'images/train2017/1.jpg': '',
        'images/val2017/2.jpg': '',
        'images/test2017/3.jpg': '',
        'labels/train2017/1.txt': '',
        'labels/val2017/2.txt': '',
      },
      ['yolo train: images/train2017 + labels/train2017', 'yolo val: images/val2017 + labels/val2017'],
    ],
    [
      'images/ and labels/ inside splits',
      {
        'names.txt': 'a',
        'train/images/1.jpg': '',
        'train/labels/1.txt': '',
        'val/images/2.jpg': '',
        'val/labels/2.txt': '',
        'test/images/3.jpg': '',
        'test/labels/3.txt': '',
      },
      [
        'yolo train: train/images + train/labels',
        'yolo val: val/images + val/labels',
        'yolo test: test/images + test/labels',
      ],
    ],
    [
      'flat with lists, as the shared BCCD: YOLO labels come before VOC',
      {
        'classes.txt': 'a',
        'images/1.jpg': '',
        'images/2.png': '',
        'labels/1.txt': '',
        'annotations_voc/1.xml': '',
        'splits/train.txt': '1\n',
        'splits/val.txt': '2\nlost\n',
        'splits/trainval.txt': '1\n2\n',
      },
      ['yolo train: images + labels (1.jpg)', 'yolo val: images + labels (2.png lost)'],
    ],
    [
      'Pascal VOC',
      {
        'JPEGImages/1.jpg': '',
        'JPEGImages/2.jpg': '',
        'Annotations/1.xml': '',
        'ImageSets/Main/train.txt': '1\n',
        'ImageSets/Main/val.txt': '2\n',
        'ImageSets/Main/cat_train.txt': '1 -1\n',
      },
      ['voc train: JPEGImages + Annotations (1.jpg)', 'voc val: JPEGImages + Annotations (2.jpg)'],
    ],
    ['VOC without lists', { 'images/1.jpg': '', 'annotations_voc/1.xml': '' }, ['voc all: images + annotations_voc']],
  ];
  test.each(layouts)('%s', async (_, files, expected) => {
    expect(await understood(writeFiles(scratch(), files))).toEqual(expected);
  });

  test('names come from classes.txt, from COCO’s folders, or not at all', async () => {
    const flat = { 'images/1.jpg': '', 'labels/1.txt': '' };
    const names = async (files: Record<string, string>) =>
      ((await resolveSource(writeFiles(scratch(), files))) as FolderSource).names;
    expect(await names({ ...flat, 'classes.txt': '\uFEFFred cell\r\n\r\nwhite cell\r\n' })).toEqual([
      'red cell',
      'white cell',
    ]);
    const coco = await names({ 'images/train2017/1.jpg': '', 'labels/train2017/1.txt': '' });
    expect([coco?.length, coco?.[0], coco?.[79]]).toEqual([80, 'person', 'toothbrush']);
    expect(await names({ 'images/1.jpg': '', 'Annotations/1.xml': '' })).toBeNull();
    await expect(names(flat)).rejects.toMatchObject(refused('no class names', 'classes.txt'));
  });

  test('what is no data set is refused with what it holds', async () => {
    const root = writeFiles(scratch(), { 'readme.md': '', 'src/a.ts': '' });
    await expect(resolveSource(root)).rejects.toMatchObject(refused('readme.md, src', 'images/ and labels/'));
    await expect(resolveSource(scratch())).rejects.toMatchObject(refused('nothing'));
  });

  test('no path of this machine is in the source but in the references', async () => {
    const root = writeFiles(scratch(), { 'classes.txt': 'a', 'images/1.jpg': '', 'labels/1.txt': '' });
    const { folders, ...rest } = (await resolveSource(root)) as FolderSource;
    const text = JSON.stringify([rest, folders.map(({ images: _, labels: __, ...labels }) => labels)]);
    expect(text).not.toContain(join(root, '..').replaceAll('\\', '\\\\'));
    expect(rest.name).toBe(basename(root));
  });
});

describe('data.yaml', () => {
  const pictures = {
    'images/a/1.jpg': '',
    'images/b/2.jpg': '',
    'images/c/3.jpg': '',
    'labels/a/1.txt': '',
    'labels/b/2.txt': '',
  };
  const yaml = (text: string, files: Record<string, string> = pictures): string =>
    join(writeFiles(scratch(), { ...files, 'data.yaml': text }), 'data.yaml');

  test('folders, several folders, names as list or map', async () => {
    const file = yaml('train: [images/a, images/b]\nval: images/c\ntest:\nnames:\n  0: cat\n  1: 7\n');
    expect(await understood(file)).toEqual([
      'yolo train: images/a + labels/a',
      'yolo train: images/b + labels/b',
      'yolo val: images/c + none',
    ]);
    expect(((await resolveSource(file)) as FolderSource).names).toEqual(['cat', '7']);
  });

  test('a folder that holds one is read by it', async () => {
    const file = yaml('train: images/a\nval: images/b\nnames: [x]\nnc: 1\n');
    expect(await understood(join(file, '..'))).toEqual(await understood(file));
  });

  test('lists of pictures, relative to the list or to the data set', async () => {
    const file = yaml('train: lists/train.txt\nval: val.txt\nnames: [x]\n', {
      ...pictures,
      'lists/train.txt': 'images/a/1.jpg\n../images/b/2.jpg\n',
      'val.txt': './images/c/3.jpg\n',
    });
    expect(await understood(file)).toEqual([
      'yolo train: images + labels (a/1.jpg b/2.jpg)',
      'yolo val: images + labels (c/3.jpg)',
    ]);
  });

  test('path counts from the YAML; Roboflow’s ../ is found beside it', async () => {
    const root = scratch();
    cpSync(join(yaml(''), '..', 'images'), join(root, 'set/images'), { recursive: true });
    writeFiles(root, {
      'set/train/images/1.jpg': '',
      'conf/a.yaml': 'path: ../set\ntrain: images/a\nval: images/b\nnames: [x]\n',
      'set/b.yaml': 'path: ../datasets/gone\ntrain: ../train/images\nval: images/b\nnames: [x]\n',
    });
    expect(await understood(join(root, 'conf/a.yaml'))).toEqual([
      'yolo train: images/a + none',
      'yolo val: images/b + none',
    ]);
    expect(await understood(join(root, 'set/b.yaml'))).toEqual([
      'yolo train: train/images + none',
      'yolo val: images/b + none',
    ]);
  });

  test.each([
    ['train: images/gone\nval: images/b\nnames: [x]\n', 'images/gone'],
    ['train: images/a\nval: images/b\n', 'names'],
    ['train: images/a\nval: images/b\nnames: {0: a, 2: b}\n', 'no class 1'],
    ['train: images/a\nval: images/b\nnames: []\n', 'names is empty'],
    ['train: images/a\nval: images/b\nnames: [a]\nnc: 3\n', 'nc is 3'],
    ['names: [a]\n', 'names no pictures'],
    ['train: [images/a\n', 'no YAML'],
    ['just words\n', 'no data set description'],
  ])('%j is refused', async (text, message) => {
    await expect(resolveSource(yaml(text))).rejects.toMatchObject(refused(message));
  });
});
