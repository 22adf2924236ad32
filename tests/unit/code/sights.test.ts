import { describe, expect, it } from 'vitest';
import { sourceProject } from './source-project.ts';

const warningsOf = async (files: string | Record<string, string>, method = 'a'): Promise<readonly string[]> => {
  const project = sourceProject({ files: typeof files === 'string' ? { 'S.ts': files } : files });
  const { warnings } = await project.digest({ file: 'S.ts', className: 'S', method });
  return warnings.map(({ what, file, line }) => `${what} ${file}:${line}`);
};
const inStep = (body: string, head = ''): string =>
  `${head}\nexport class S {\n  async a(path: string) {\n    ${body}\n  }\n}`;

describe('what a step reads unseen', () => {
  it.each([
    ['an environment variable', 'return process.env.HOME;', ['process.env.HOME S.ts:4']],
    ['one by text', "return process.env['HOME'];", ['process.env.HOME S.ts:4']],
    [
      'several, taken apart',
      'const { A, B: b } = process.env; return A;',
      ['process.env.A S.ts:4', 'process.env.B S.ts:4'],
    ],
    ['the whole environment', 'return { ...process.env };', ['process.env S.ts:4']],
    ['one by a computed name', 'return process.env[path];', ['process.env S.ts:4']],
    ['through globalThis', 'return globalThis.process.env.HOME;', ['process.env.HOME S.ts:4']],
    ['one that is set, too', "process.env.HOME ??= '/';", ['process.env.HOME S.ts:4']],
    ['not one that is only set', "process.env.HOME = '/';", []],
    ['one that names another to set', "process.env[process.env.A] = '/';", ['process.env.A S.ts:4']],
    ['eval', 'return eval(path);', ['eval S.ts:4']],
    ['new Function', 'return new Function(path);', ['new Function S.ts:4']],
    ['Function without new', 'return Function(path);', ['new Function S.ts:4']],
    ['import() of an expression', 'return import(path);', ['import() of an expression S.ts:4']],
    [
      'a URL of an expression',
      'return new URL(path, import.meta.url);',
      ['new URL() of an expression, relative to this file S.ts:4'],
    ],
    ['a URL of no file', "return new URL('./none.ts', import.meta.url);", ['./none.ts, which is no file S.ts:4']],
    ['where the file lies', 'return import.meta.dirname;', ['import.meta.dirname S.ts:4']],
  ])('%s', async (_, body, expected) => {
    expect(await warningsOf(inStep(body))).toEqual(expected);
  });

  it('file reads of a fixed path, not those of a path that the step was given or made', async () => {
    const head =
      "import { readFileSync } from 'node:fs';\nimport * as fs from 'node:fs/promises';\nconst FIXED = 'table.csv';";
    expect(await warningsOf(inStep("return readFileSync('a.csv');", head))).toEqual(['file read readFileSync S.ts:6']);
    expect(await warningsOf(inStep('return fs.readFile(FIXED);', head))).toEqual(['file read readFile S.ts:6']);
    expect(await warningsOf(inStep('return readFileSync(path);', head))).toEqual([]);
    expect(await warningsOf(inStep('const made = path + "/x"; return fs.readFile(made);', head))).toEqual([]);
  });

  it('programs it starts', async () => {
    const head = "import { spawn } from 'node:child_process';";
    expect(await warningsOf(inStep("return spawn('python', [path]);", head))).toEqual([
      'program started by spawn S.ts:4',
    ]);
  });

  it('process.env imported by name', async () => {
    expect(await warningsOf(inStep('return env.HOME;', "import { env } from 'node:process';"))).toEqual([
      'process.env.HOME S.ts:4',
    ]);
  });

  it('createRequire, where its calls can not be followed', async () => {
    const head = "import { createRequire } from 'node:module';\nconst load = createRequire(import.meta.url);";
    expect(await warningsOf(inStep('return load(path);', head))).toEqual(['require() of an expression S.ts:5']);
    expect(await warningsOf(inStep("return load('tool');", head))).toEqual([]);
    const direct = "import { createRequire } from 'node:module';";
    expect(await warningsOf(inStep("return createRequire(path)('tool');", direct))).toEqual(['createRequire S.ts:4']);
  });

  it('in helpers of other files, but not in code that the step does not reach', async () => {
    const files = {
      'S.ts':
        "import { one, two } from './lib';\nexport class S { async a() { return one(); } async b() { return two(); } }",
      'lib.ts': 'export const one = () => 1;\nexport const two = () => eval("2");',
    };
    expect(await warningsOf(files)).toEqual([]);
    expect(await warningsOf(files, 'b')).toEqual(['eval lib.ts:2']);
  });

  it('counts packages that are found by text, as far as the text says which', async () => {
    const head = "import { createRequire } from 'node:module';";
    const font = '`fonts/$' + '{path}.ttf`';
    const find = `const { resolve } = createRequire(import.meta.url); resolve(${font});`;
    const project = sourceProject({
      files: {
        'S.ts': inStep(`${find} return import.meta.resolve('@scope/tool/x');`, head),
        'node_modules/fonts/package.json': '{ "version": "1.0.0" }',
        'node_modules/@scope/tool/package.json': '{ "version": "2.0.0" }',
      },
    });
    const { parts, warnings } = await project.digest({ file: 'S.ts', className: 'S', method: 'a' });
    const packages = parts
      .filter(({ part }) => part.startsWith('package '))
      .map(({ part, display }) => `${part} ${display}`);
    expect(packages).toEqual(['package @scope/tool 2.0.0', 'package fonts 1.0.0']);
    expect(warnings).toEqual([]);
  });

  it('says nothing of a literal import() and a worker: they are followed', async () => {
    const files = {
      'S.ts':
        "export class S { async a() { new Worker(new URL('./w.ts', import.meta.url)); return import('./w.ts'); } }",
      'w.ts': 'export const one = 1;',
    };
    expect(await warningsOf(files)).toEqual([]);
  });
});
