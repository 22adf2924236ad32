import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Weights } from '../../../../steps/yolo/model/detector.ts';
import { readSafetensors, writeSafetensors } from '../../../../steps/yolo/model/safetensors.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true }));

const tensors: Weights = new Map([
  ['b', { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, Number.NaN) }],
  ['a', { shape: [], data: Float32Array.of(-0) }],
  ['empty', { shape: [0, 4], data: new Float32Array(0) }],
]);

describe('safetensors', () => {
  it('come back with their order, shapes, bits and metadata', async () => {
    const path = join(folder, 'x.safetensors');
    await writeSafetensors(path, tensors, { epoch: '3', note: 'naïve' });
    const read = await readSafetensors(path);
    expect([...read.tensors]).toEqual([...tensors]);
    expect(read.metadata).toEqual({ epoch: '3', note: 'naïve' });
  });

  it('are laid out as the format says', async () => {
    const path = join(folder, 'layout.safetensors');
    await writeSafetensors(path, new Map([['w', { shape: [1], data: Float32Array.of(1.5) }]]));
    const bytes = await readFile(path);
    const header = Number(bytes.readBigUInt64LE(0));
    expect(header % 8).toBe(0);
    expect(JSON.parse(bytes.toString('utf8', 8, 8 + header))).toEqual({
      w: { dtype: 'F32', shape: [1], data_offsets: [0, 4] },
    });
    expect(bytes.readFloatLE(8 + header)).toBe(1.5);
    expect(bytes).toHaveLength(8 + header + 4);
  });

  it('write a view of a larger array alone', async () => {
    const path = join(folder, 'view.safetensors');
    const view = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
    await writeSafetensors(path, new Map([['v', { shape: [2], data: view }]]));
    expect((await readSafetensors(path)).tensors.get('v')!.data).toEqual(Float32Array.of(2, 3));
  });

  it.each([
    ['an empty file', async () => Buffer.alloc(0), /no header/],
    ['text', async () => Buffer.from('this is no weights file at all'), /no header/],
    [
      'a header that is no JSON',
      async () => Buffer.concat([Buffer.from([8, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"a": 1 ')]),
      /not JSON/,
    ],
    [
      'a file cut short',
      async () => {
        const path = join(folder, 'whole.safetensors');
        await writeSafetensors(path, tensors);
        return (await readFile(path)).subarray(0, -10);
      },
      /ends within tensor/,
    ],
    [
      'half precision',
      async () => {
        const json = '{"h":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}  ';
        const length = Buffer.alloc(8);
        length.writeBigUInt64LE(BigInt(json.length));
        return Buffer.concat([length, Buffer.from(json), Buffer.alloc(2)]);
      },
      /h is F16/,
    ],
  ])('refuse %s', async (_, bytes, message) => {
    const path = join(folder, 'bad.safetensors');
    await writeFile(path, await bytes());
    await expect(readSafetensors(path)).rejects.toMatchObject({
      code: 'ERR_INPUT',
      message: expect.stringMatching(message),
    });
  });
});
