import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openTransformCache } from '../../../framework/code/transform-cache.ts';
import { sha256 } from '../../../framework/hashing/digest.ts';
import { sourceProject } from './source-project.ts';

const source = (text: string) => ({ text, digest: sha256(text) });

describe('transformed code', () => {
  it('keeps decorators and the types they may ask for, and drops the rest of TypeScript', () => {
    const cache = openTransformCache(join(sourceProject({ files: {} }).dir, 'cache'));
    const text =
      "import { dec } from 'x';\nexport class A { @dec() m(a: Map<string, number>): void {} }\nenum E { A = 1 }\nexport { E };";
    const { code } = cache.transform('a.ts', source(text));
    expect(code).toContain('design:paramtypes');
    expect(code).toContain('dec()');
    expect(code).not.toContain(': void');
    expect(code).toContain('A: typeof A === "function"');
  });

  it('is kept by content: the same text is one entry, with its map beside it', () => {
    const { dir } = sourceProject({ files: {} });
    const first = openTransformCache(dir).transform('a.ts', source('export const a: number = 1;'));
    const again = openTransformCache(dir).lookup('elsewhere/b.ts', source('export const a: number = 1;').digest);
    expect(again).toEqual(first);
    expect(JSON.parse(readFileSync(first.mapFile, 'utf8'))).toMatchObject({ version: 3, sources: ['a.ts'] });
    expect(readdirSync(dir).filter((file) => /\.js(\.map)?$/.test(file))).toHaveLength(2);
    expect(openTransformCache(dir).lookup('a.tsx', source('export const a: number = 1;').digest)).toBeUndefined();
  });

  it('names file, line and column of a syntax error', () => {
    const cache = openTransformCache(join(sourceProject({ files: {} }).dir, 'cache'));
    const broken = (): unknown => cache.transform('steps/a.ts', source('const a = 1;\nconst b = = 2;'));
    expect(broken).toThrow(expect.objectContaining({ code: 'ERR_SOURCE_SYNTAX' }));
    expect(broken).toThrow(/steps\/a\.ts:2:11/);
  });
});
