import { DirectoryRef } from 'sluice';
import { describe, expect, it } from 'vitest';
import { OutputRef } from '../../../framework/dag/output-ref.ts';
import { jsonData } from '../../../framework/executor/json-data.ts';
import { runResult } from '../../../framework/executor/run-result.ts';
import { messageOf, storedError } from '../../../framework/executor/stored-error.ts';
import type { Digest } from '../../../framework/hashing/digest.ts';
import type { Artifact, Output } from '../../../framework/model/artifact.ts';

const digest = 'd'.repeat(64) as Digest;
const artifact = (format: string, more: Partial<Artifact> = {}): Artifact => ({
  digest,
  format,
  version: 1,
  size: 5,
  ...more,
});

describe('jsonData', () => {
  it('says in JSON what values mean', () => {
    const value = {
      date: new Date(0),
      big: 12n,
      nan: Number.NaN,
      none: undefined,
      map: new Map([['a', 1]]),
      set: new Set([1]),
      bytes: new Uint8Array(3),
    };
    expect(jsonData(value, [])).toEqual({
      date: '1970-01-01T00:00:00.000Z',
      big: '12',
      nan: null,
      map: { a: 1 },
      set: [1],
      bytes: { type: 'Uint8Array', bytes: 3 },
    });
  });

  it('has a reference for a file or folder inside', () => {
    const folder = DirectoryRef.of(import.meta.dirname);
    const refs = [artifact('directory', { name: folder.name })];
    expect(jsonData({ list: [folder] }, refs)).toEqual({ list: [{ digest, format: 'directory', size: 5 }] });
  });
});

describe('runResult', () => {
  const outputs: Readonly<Record<string, Output>> = {
    model: { kind: 'fields', fields: { best: artifact('file', { name: 'best.onnx' }), map: artifact('json') } },
    weights: { kind: 'value', value: artifact('tensor') },
  };
  const values: Readonly<Record<string, unknown>> = {
    model: { best: 'a file', map: { a: 0.5 } },
    'model.map': { a: 0.5 },
    'model.map.a': 0.5,
    weights: new Float32Array(2),
  };
  const io = {
    load: async (output: Output, path: readonly string[] = []) =>
      values[[output === outputs['model'] ? 'model' : 'weights', ...path].join('.')],
    loadArtifact: async () => undefined,
  };
  it('gives real values to the caller, and data with references to the record', async () => {
    const planned = {
      all: new OutputRef('model', []),
      part: [new OutputRef('model', ['map', 'a'])],
      w: new OutputRef('weights', []),
      text: 't',
    };
    const { value, json } = await runResult(planned, { io, outputOf: (node) => outputs[node]! });
    expect(value).toEqual({ all: values['model'], part: [0.5], w: new Float32Array(2), text: 't' });
    expect(json).toEqual({
      all: { best: { digest, format: 'file', size: 5 }, map: { a: 0.5 } },
      part: [0.5],
      w: { digest, format: 'tensor', size: 5 },
      text: 't',
    });
  });
});

describe('storedError', () => {
  it('keeps the frames of the user and names causes', () => {
    const error = new Error('outer', { cause: new TypeError('inner') });
    const { stack = '', ...rest } = storedError(error);
    expect(rest).toEqual({ code: 'ERR_STEP_FAILED', message: 'outer' });
    expect(stack).toMatch(/run-result\.test\.ts:\d+/);
    expect(stack).toMatch(/caused by TypeError: inner/);
    expect(stack).not.toMatch(/node:internal/);
  });

  it('has words for whatever a step throws', () => {
    expect([new Error(''), 'text', { a: 1 }, undefined, null, 7].map(messageOf)).toEqual([
      'Error',
      'text',
      'it threw {"a":1}',
      'it threw undefined',
      'it threw null',
      'it threw 7',
    ]);
  });
});
