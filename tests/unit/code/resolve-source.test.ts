import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseJsonc } from '../../../framework/code/parse-jsonc.ts';
import { resolveSource } from '../../../framework/code/resolve-source.ts';
import { pathAliases } from '../../../framework/code/tsconfig-paths.ts';
import { sourceProject } from './source-project.ts';

describe('imports of files as TypeScript projects write them', () => {
  const files = {
    'a.ts': '',
    'a.js': '',
    'b/index.ts': '',
    'c.steps.ts': '',
    'd.mts': '',
    'e.js': '',
    'f.json': '{}',
    'g.tsx': '',
  };
  it.each([
    ['a.js', 'x.ts', 'a.ts'],
    ['a.js', 'x.js', 'a.js'],
    ['a', 'x.cjs', 'a.js'],
    ['a.ts', 'x.ts', 'a.ts'],
    ['a', 'x.ts', 'a.ts'],
    ['b', 'x.ts', 'b/index.ts'],
    ['c.steps', 'x.ts', 'c.steps.ts'],
    ['c.steps.js', 'x.ts', 'c.steps.ts'],
    ['d.mjs', 'x.ts', 'd.mts'],
    ['e', 'x.ts', 'e.js'],
    ['f.json', 'x.ts', 'f.json'],
    ['g.js', 'x.ts', 'g.tsx'],
    ['none', 'x.ts', undefined],
  ])('%s in %s is %s', (specifier, importer, expected) => {
    const { dir } = sourceProject({ files });
    const { path, absent } = resolveSource(join(dir, specifier), join(dir, importer));
    expect(path).toBe(expected === undefined ? undefined : join(dir, expected));
    expect(absent).not.toContain(path);
  });
});

describe('aliases of tsconfig.json', () => {
  const aliasesIn = (files: Record<string, string>) => {
    const { dir } = sourceProject({ files });
    const expand = (specifier: string, from = ''): readonly string[] =>
      pathAliases()
        .expand(specifier, join(dir, from))
        .map((path) => path.slice(dir.length + 1));
    return expand;
  };

  it('takes an exact pattern before a longer star, and a longer star before a shorter', () => {
    const paths = { '@a/b': ['exact.ts'], '@a/*': ['near/*'], '@*': ['far/*'] };
    const expand = aliasesIn({ 'tsconfig.json': JSON.stringify({ compilerOptions: { paths } }) });
    expect(expand('@a/b')).toEqual(['exact.ts']);
    expect(expand('@a/c')).toEqual([join('near', 'c')]);
    expect(expand('@x')).toEqual([join('far', 'x')]);
    expect(expand('zod')).toEqual([]);
  });

  it('counts from baseUrl, follows extends, and takes the nearest file', () => {
    const expand = aliasesIn({
      'base.json': '{ "compilerOptions": { "baseUrl": "src", "paths": { "#*": ["./*.ts"] } } }',
      'tsconfig.json': '{ /* shared */ "extends": "./base.json", }',
      'inner/tsconfig.json': '{ "compilerOptions": { "paths": { "#*": ["./own/*.ts"] } } }',
    });
    expect(expand('#x')).toEqual([join('src', 'x.ts')]);
    expect(expand('#x', 'inner/deep')).toEqual([join('inner', 'own', 'x.ts')]);
  });

  it('reads comments and trailing commas, but not inside texts', () => {
    expect(parseJsonc('{ "a": "// no, /* no */", // yes\n "b": [1, 2,], }')).toEqual({
      a: '// no, /* no */',
      b: [1, 2],
    });
    expect(parseJsonc('{ broken')).toBeUndefined();
  });
});
