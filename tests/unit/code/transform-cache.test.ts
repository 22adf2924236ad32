import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

  it('lets a decorated signature name an interface that was imported without `type`, on the same lines', () => {
    const cache = openTransformCache(join(sourceProject({ files: {} }).dir, 'cache'));
    const text = [
      "import { step } from 'sluice';",
      "import Def, { Shape, used as use } from './shapes.ts';",
      'export class S {',
      '  @step() async a(x: Shape, d: Def): Promise<number> { return use(x); }',
      '}',
    ].join('\n');
    const { code } = cache.transform('a.ts', source(text));
    const [first, second] = code.split('\n');
    expect(first).toBe('import { step } from "sluice";');
    expect(second).toMatch(/^import \{ used as use \} from ".\/shapes.ts"; import \* as (\w+) from ".\/shapes.ts";$/);
    const namespace = / as (\w+) from/.exec(second!.split(';')[1]!)![1];
    expect(code).toContain(`typeof ${namespace}.Shape === "undefined" ? Object : ${namespace}.Shape`);
    expect(code).toContain(`typeof ${namespace}.default === "undefined" ? Object : ${namespace}.default`);
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

  it('makes anew what a power cut has torn, wherever, so that half a module never runs', () => {
    const { dir } = sourceProject({ files: {} });
    const text = 'export const a: number = 1;\nglobalThis.x = a;\n';
    const { code, mapFile } = openTransformCache(dir).transform('a.ts', source(text));
    const file = mapFile.replace(/\.map$/, '');
    const middle = code.length >> 1;
    const hole = `${code.slice(0, middle)}${'\0'.repeat(4)}${code.slice(middle + 4)}`;
    for (const torn of ['', code.slice(0, middle), code.slice(0, -1), hole, '\0'.repeat(code.length)]) {
      writeFileSync(file, torn);
      expect(openTransformCache(dir).lookup('a.ts', source(text).digest)).toBeUndefined();
      expect(openTransformCache(dir).transform('a.ts', source(text)).code).toBe(code);
      expect(readFileSync(file, 'utf8')).toBe(code);
    }
  });

  it('names file, line and column of a syntax error', () => {
    const cache = openTransformCache(join(sourceProject({ files: {} }).dir, 'cache'));
    const broken = (): unknown => cache.transform('steps/a.ts', source('const a = 1;\nconst b = = 2;'));
    expect(broken).toThrow(expect.objectContaining({ code: 'ERR_SOURCE_SYNTAX' }));
    expect(broken).toThrow(/steps\/a\.ts:2:11/);
  });
});
