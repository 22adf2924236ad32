/**
 * A pipeline to be killed in: retries, a fan-out, steps in processes of their own, folders, and artifacts of some MB. What it makes depends on
 * `size` alone; another `salt` makes all keys new and every byte the same, so that saves meet what is stored.
 */
export const CRASH_PIPELINE = `
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync, appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryRef, FileRef, pipeline, step, stepContext } from 'sluice';

/** The same on every machine, and of no other seed. */
const bytesOf = (seed: string, size: number): Buffer => Buffer.alloc(size, createHash('sha512').update(seed).digest());

interface Part { readonly weights: FileRef; readonly folder: DirectoryRef; readonly name: string }

class CrashSteps {
  @step() async begin(size: number, salt: string): Promise<{ names: string[]; size: number }> {
    return { names: ['a', 'b', 'c', 'd'].map((name) => name + '-' + size), size };
  }

  @step({ retry: { attempts: 4, backoff: 5 } })
  async part(begun: { names: string[]; size: number }, index: number, salt: string): Promise<Part> {
    return make(begun, index);
  }

  @step({ isolation: 'process', retry: { attempts: 4, backoff: 5 } })
  async partInProcess(begun: { names: string[]; size: number }, index: number, salt: string): Promise<Part> {
    return make(begun, index);
  }

  @step({ isolation: 'process', retry: { attempts: 4, backoff: 5 } })
  async join(parts: Part[]): Promise<{ digest: string; all: FileRef }> {
    const { workDir } = stepContext();
    const hash = createHash('sha256');
    const file = join(workDir, 'all.bin');
    writeFileSync(file, '');
    for (const { weights, folder, name } of parts) {
      hash.update(name).update(readFileSync(weights.path));
      for (const each of readdirSync(folder.path).sort()) hash.update(each).update(readFileSync(join(folder.path, each)));
      appendFileSync(file, readFileSync(weights.path));
    }
    return { digest: hash.digest('hex'), all: FileRef.of(file) };
  }
}

async function make({ names, size }: { names: string[]; size: number }, index: number): Promise<Part> {
  const { workDir, checkpointDir, tracker } = stepContext();
  const name = names[index]!;
  // The first time it fails, after a checkpoint: it is tried again.
  const tried = join(checkpointDir, 'tried');
  if (!existsSync(tried)) {
    writeFileSync(tried, name);
    throw new Error('not the first time');
  }
  const weights = join(workDir, 'weights.bin');
  writeFileSync(weights, bytesOf(name, size + index * 1000));
  const folder = join(workDir, 'folder');
  mkdirSync(folder);
  for (let i = 0; i < 12; i++) writeFileSync(join(folder, 'file-' + i), bytesOf(name + i, i === 0 ? size : 2000 + i));
  const plot = join(workDir, 'plot.txt');
  // Other bytes each time, so that what was saved and never told is left for garbage collection.
  writeFileSync(plot, 'plot of ' + name + ' '.repeat(5_000_000) + Math.random());
  await tracker.artifact(FileRef.of(plot));
  return { weights: FileRef.of(weights), folder: DirectoryRef.of(folder), name };
}

@pipeline({ name: 'crash' })
export class Crash {
  constructor(private readonly steps = new CrashSteps()) {}
  async run({ size, salt }: { size: number; salt: string }) {
    const begun = await this.steps.begin(size, salt);
    const parts = await Promise.all([
      this.steps.part(begun, 0, salt),
      this.steps.partInProcess(begun, 1, salt),
      this.steps.part(begun, 2, salt),
      this.steps.part(begun, 3, salt),
    ]);
    return this.steps.join(parts);
  }
}
`;

/** Runs it and prints every event as a line of JSON. */
export const CRASH_SCRIPT = `
import { run } from 'sluice';
import { Crash } from './pipelines/crash.pipeline.ts';
const { size, salt, name } = JSON.parse(process.argv[2] ?? '{}');
await run(Crash, { size, salt }, { name, maxParallel: 3, onEvent: (event) => process.stdout.write(JSON.stringify(event) + '\\n') });
`;
