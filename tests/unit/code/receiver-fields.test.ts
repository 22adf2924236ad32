import { describe, expect, it } from 'vitest';
import { sourceProject } from './source-project.ts';

const fieldsOf = async (source: string): Promise<readonly string[] | '*'> => {
  const project = sourceProject({ files: { 'S.ts': source } });
  return (await project.digest({ file: 'S.ts', className: 'S', method: 'a' })).receiverFields;
};

describe('fields of the receiver that a step can see', () => {
  it.each([
    ['none', 'export class S { async a() { return 1; } }', []],
    [
      'a field and a constructor property, methods left out',
      'export class S { k = 1; j = 2; constructor(private n = 1) {} m() { return this.n; } async a() { return this.k + this.m(); } }',
      ['k', 'n'],
    ],
    [
      'behind a getter',
      'export class S { k = 1; get twice() { return this.k * 2; } async a() { return this.twice; } }',
      ['k'],
    ],
    ['one that the class does not declare', 'export class S { async a() { return (this as any).added; } }', ['added']],
    ['taken apart', 'export class S { k = 1; j = 1; async a() { const { j } = this; return j; } }', ['j']],
    ['all, when this is handed away', 'export class S { k = 1; async a() { return JSON.stringify(this); } }', '*'],
    ['all, when a base class may look', 'class B {} export class S extends B { k = 1; async a() { return 1; } }', '*'],
    ['no private field that only its initialiser sets', 'export class S { #k = 1; async a() { return this.#k; } }', []],
    [
      'a private field that the constructor sets',
      'export class S { #k = 1; constructor(k: number) { this.#k = k; } async a() { return this.#k; } }',
      ['#k'],
    ],
    ['no static', 'export class S { static K = 1; async a() { return S.K; } }', []],
  ])('%s', async (_, source, expected) => {
    expect(await fieldsOf(source)).toEqual(expected);
  });
});
