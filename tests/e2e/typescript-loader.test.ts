import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const register = pathToFileURL(join(root, 'dist/register.js')).href;

/** A project far from Sluice's own folder, with no packages but zod. */
function project(files: Record<string, string>): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-loader-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [file, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  mkdirSync(join(dir, 'node_modules'));
  symlinkSync(join(root, 'node_modules/zod'), join(dir, 'node_modules/zod'), 'junction');
  return dir;
}

async function node(
  dir: string,
  ...args: readonly string[]
): Promise<{ stdout: string; stderr: string; code: number }> {
  const env = { ...process.env, NODE_OPTIONS: '', SLUICE_HOME: join(dir, '.sluice') };
  try {
    const done = await promisify(execFile)(process.execPath, ['--import', register, ...args], { cwd: dir, env });
    return { ...done, code: 0 };
  } catch (error) {
    const { stdout, stderr, code } = error as { stdout: string; stderr: string; code: number };
    return { stdout, stderr, code };
  }
}

beforeAll(() => {
  if (!existsSync(join(root, 'dist/register.js'))) throw new Error('dist/ is not built: run "npm run build" first.');
});

const STEPS = {
  'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } }',
  'lib/one.ts': 'export const one: number = 1;',
  'steps/size.ts': 'export type Size = number;',
  'lib/index.ts': "export enum Unit { Pixel = 'px' }",
  'steps/a.steps.ts': `import { step } from 'sluice';
import { z } from 'zod';
import { one } from '@lib/one';
import { Unit } from '../lib';
import type { Missing } from './no-such-file.ts';
import { Size } from './size.ts';

export const Params = z.object({ n: z.number().default(one) });
export class Steps {
  constructor(private readonly unit = Unit.Pixel) {}
  @step()
  async measure(size: Size): Promise<string> {
    if (size < 0) {
      const problem: string = 'negative';
      throw new RangeError(problem);
    }
    return size + this.unit;
  }
}
`,
  'main.ts': `import { Params, Steps } from './steps/a.steps.js';
console.log(await new Steps().measure(Params.parse({}).n));
const native: readonly string[] = (process.report!.getReport() as { sharedObjects: string[] }).sharedObjects;
console.log(native.some((file) => file.includes('oxc')) ? 'transformed' : 'from the cache');
`,
};

describe('a TypeScript project elsewhere', () => {
  it('runs with decorators, aliases, .js and folder imports; a second time from the cache', async () => {
    const dir = project(STEPS);
    expect(await node(dir, 'main.ts')).toMatchObject({ stdout: '1px\ntransformed\n', code: 0 });
    expect(await node(dir, 'main.ts')).toMatchObject({ stdout: '1px\nfrom the cache\n', code: 0 });
    writeFileSync(join(dir, 'lib/one.ts'), 'export const one: number = 2;');
    expect(await node(dir, 'main.ts')).toMatchObject({ stdout: '2px\ntransformed\n', code: 0 });
  });

  it('shows TypeScript lines in stack traces, of its own files and of the engine', async () => {
    const script =
      "import { Steps } from './steps/a.steps.ts';\nawait new Steps().measure(-1).catch((error) => console.log(error.stack));";
    const dir = project({ ...STEPS, 'main.ts': script });
    const { stdout } = await node(dir, 'main.ts');
    expect(stdout).toContain('RangeError: negative');
    expect(stdout).toContain('steps/a.steps.ts:15:');
    expect(stdout).toMatch(/framework\/authoring\/step\.ts:\d+:\d+/);
    expect(stdout).toContain('main.ts:2:');
  });

  it('says where the syntax is wrong', async () => {
    const dir = project({ ...STEPS, 'lib/one.ts': 'export const one = 1;\nexport const two = = 2;' });
    const { stderr, code } = await node(dir, 'main.ts');
    expect(code).toBe(1);
    expect(stderr).toContain('lib/one.ts:2:20');
    expect(stderr).toContain('ERR_SOURCE_SYNTAX');
  });

  it('gets the engine, and zod, once', async () => {
    const script = `import * as sluice from 'sluice';
import { z } from 'zod';
const engine = await import(${JSON.stringify(pathToFileURL(join(root, 'dist/index.js')).href)});
const bundled = await import(${JSON.stringify(pathToFileURL(join(root, 'dist/zod.js')).href)});
console.log(sluice.step === engine.step, z.ZodType === bundled.z.ZodType);`;
    expect((await node(project({ 'main.ts': script }), 'main.ts')).stdout).toBe('true true\n');
  });
});

describe('worker threads', () => {
  const files = {
    'decode.ts': `import { parentPort } from 'node:worker_threads';
import { answer } from './answer';
enum Kind { Done = 'done' }
parentPort?.postMessage(Kind.Done + answer);`,
    'answer.ts': 'export const answer: number = 42;',
  };

  it('load TypeScript too', async () => {
    const script = `import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
const [message] = await once(new Worker(new URL('./decode.ts', import.meta.url)), 'message');
console.log(message);`;
    expect((await node(project({ ...files, 'main.ts': script }), 'main.ts')).stdout).toBe('done42\n');
  });

  it('get the code that the run started with, or none', async () => {
    const script = `import { writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
await import('./answer.ts');
const said = () => new Promise((done) => {
  const worker = new Worker(new URL('./decode.ts', import.meta.url));
  worker.once('message', done);
  worker.once('error', (error) => done(error.code));
});
writeFileSync(new URL('./answer.ts', import.meta.url), 'export const answer: number = 43;');
console.log(await said());`;
    expect((await node(project({ ...files, 'main.ts': script }), 'main.ts')).stdout).toBe('done42\n');
  });
});
