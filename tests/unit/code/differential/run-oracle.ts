import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { openTransformCache } from '../../../../framework/code/transform-cache.ts';
import { sha256 } from '../../../../framework/hashing/digest.ts';
import type { GeneratedProject } from './generate-project.ts';

const modules = resolve(import.meta.dirname, '../../../../node_modules');
const INPUTS = [0, 1, 2, 3, 7, 12];

/** Each file with steps in a thread of its own: what one imports for its effect is not there for the other. */
const RUNNER = `
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
const told = (error) => 'throws ' + error.name + ': ' + error.message.replace(/file:\\/\\/\\S+/g, '');
const inThread = (file, steps) => new Promise((done) => {
  const worker = new Worker(new URL(import.meta.url), { workerData: { file, steps } });
  worker.once('message', done);
  worker.once('error', (error) => done(steps.map(() => told(error))));
});
async function run(file, steps) {
  let module;
  try { module = await import('./' + file.replace(/\\.ts$/, '.js')); } catch (error) { return steps.map(() => told(error)); }
  const all = [];
  for (const { className, method } of steps) {
    const results = [];
    for (const x of ${JSON.stringify(INPUTS)}) {
      try { const value = await new module[className]()[method](x); results.push(typeof value + ' ' + value); } catch (error) { results.push(told(error)); }
    }
    all.push(results.join('; '));
  }
  return all;
}
if (isMainThread) {
  const steps = JSON.parse(process.argv[2]);
  const files = [...new Set(steps.map(({ file }) => file))];
  const of = (file) => steps.filter((step) => step.file === file);
  const results = await Promise.all(files.map((file, i) => (i === 0 ? run : inThread)(file, of(file))));
  process.stdout.write(JSON.stringify(results.flat()));
} else parentPort.postMessage(await run(workerData.file, workerData.steps));
`;

/** The project as JavaScript, and what its steps return. */
export interface Oracle {
  /** Brings the files up to date; writes only what is new. */
  put(files: ReadonlyMap<string, string>): void;
  /** What each step returns or throws for every input, as text; run in a fresh process. */
  results(steps: GeneratedProject['steps']): Promise<readonly string[]>;
}

/** @param dir empty folder; its source is transformed as the loader of a real run does it, then run by plain Node. */
export function openOracle(dir: string): Oracle {
  const out = join(dir, 'out');
  const transforms = openTransformCache(join(dir, 'transform'));
  const written = new Map<string, string>();
  mkdirSync(join(out, 'node_modules', 'sluice'), { recursive: true });
  symlinkSync(join(modules, '@oxc-project'), join(out, 'node_modules', '@oxc-project'), 'junction');
  writeFileSync(
    join(out, 'node_modules/sluice/package.json'),
    '{ "name": "sluice", "type": "module", "main": "index.js" }',
  );
  writeFileSync(join(out, 'node_modules/sluice/index.js'), 'export const step = () => () => {};\n');
  writeFileSync(join(out, 'run.js'), RUNNER);
  return {
    put(files) {
      for (const [name, text] of files) {
        if (written.get(name) === text) continue;
        written.set(name, text);
        const path = join(out, name.replace(/\.ts$/, '.js'));
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, name.endsWith('.ts') ? javascript(name, text, transforms) : text);
      }
      for (const name of written.keys()) {
        if (files.has(name)) continue;
        written.delete(name);
        rmSync(join(out, name.replace(/\.ts$/, '.js')));
      }
    },
    async results(steps) {
      const text = await outputOf([join(out, 'run.js'), JSON.stringify(steps)]);
      return JSON.parse(text) as string[];
    },
  };
}

function javascript(name: string, text: string, transforms: ReturnType<typeof openTransformCache>): string {
  const { code } = transforms.transform(name, { text, digest: sha256(text) });
  return code
    .replace(/((?:from|import)\s*\(?\s*["'][^"']+)\.ts(["'])/g, '$1.js$2')
    .replace(/^\/\/# sourceMapping.*$/m, '');
}

function outputOf(args: readonly string[]): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let errors = '';
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (errors += text));
    child.on('error', fail);
    child.on('close', (code) => (code === 0 ? done(out) : fail(new Error(errors))));
  });
}
