import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Ended, project, sluice } from './sluice-command.ts';

/** A step that writes a file, one that reads it after a while, and two that never end. */
const PIPELINE = `
import { appendFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { FileRef, pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

class Steps {
  @step() async make(size: number, ran: string): Promise<FileRef> {
    const path = join(stepContext().workDir, 'big.bin');
    await wait(300);
    await appendFile(ran, 'make ');
    await writeFile(path, Buffer.alloc(size, size % 251));
    return FileRef.of(path);
  }
  @step() async weigh(file: FileRef, salt: number): Promise<number> { return file.size + salt; }
  @step({ timeout: '500ms' }) async waits(): Promise<void> { await wait(60_000); }
  @step({ timeout: '500ms', isolation: 'process' }) async spins(): Promise<void> { for (;;) {} }
}

const Params = z.object({ size: z.number().default(100_000), salt: z.number().default(0), ran: z.string().default('ran.txt'), step: z.string().default('') });

@pipeline({ name: 'faults', params: Params })
export class Faults {
  async run({ size, salt, ran, step }: z.output<typeof Params>) {
    const steps = new Steps();
    if (step === 'waits') return steps.waits();
    if (step === 'spins') return steps.spins();
    return steps.weigh(await steps.make(size, ran), salt);
  }
}
`;

let cwd: string;
beforeAll(() => {
  cwd = project({ 'pipelines/faults.pipeline.ts': PIPELINE });
});
afterAll(() => rmSync(cwd, { recursive: true, force: true, maxRetries: 5 }));
beforeEach(() => {
  rmSync(join(cwd, '.sluice'), { recursive: true, force: true, maxRetries: 5 });
  rmSync(join(cwd, 'ran.txt'), { force: true });
});

const run = (...args: string[]): Promise<Ended> => sluice(['run', 'faults', ...args], { cwd });

/** A sentence with its code and a way out; no trace of ours. */
function expectWords({ stderr }: Ended, code: string): void {
  expect(stderr).toContain(`✗ ${code} `);
  expect(stderr).toContain('→ ');
  expect(stderr).not.toMatch(/^\s+at .*(dist|framework)[\\/]/m);
}

/** Paths of all files in a folder, which need not be there. */
function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
  return paths.filter((path) => statSync(path).isFile());
}

/** The one object of that size in the store. */
function objectOf(size: number): string {
  const objects = filesBelow(join(cwd, '.sluice', 'artifacts', 'objects'));
  const [found, ...others] = objects.filter((file) => statSync(file).size === size);
  expect(others).toEqual([]);
  return found!;
}

describe('a step that never ends', () => {
  it.each(['waits', 'spins'])('%s: is stopped by its timeout', async (step) => {
    const ended = await run('--step', step);
    expect(ended.code).toBe(1);
    expectWords(ended, 'ERR_STEP_TIMEOUT');
    expect(ended.stderr).toContain(`Step ${step} did not end within`);
    expect(filesBelow(join(cwd, '.sluice', 'work'))).toEqual([]);
  });
});

describe('a damaged artifact', () => {
  it('is not handed out, and is made again by the next run that needs it', async () => {
    expect((await run('--name', 'first')).code).toBe(0);
    const object = objectOf(100_000);
    chmodSync(object, 0o644);
    const bytes = readFileSync(object);
    bytes[5_000] = 0;
    writeFileSync(object, bytes);

    const got = await sluice(['artifacts', 'get', 'first:make', 'copy.bin'], { cwd });
    expect(got.code).toBe(1);
    expectWords(got, 'ERR_ARTIFACT_DAMAGED');
    expect(readdirSync(cwd).filter((name) => /copy|sluice-get/.test(name))).toEqual([]);

    const healed = await run('--salt', '1', '--name', 'second');
    expect(healed.code).toBe(0);
    expect(healed.stdout).toContain('The stored result of step make is damaged (big.bin');
    expect(healed.stdout).toMatch(/make +running +Its stored result is damaged\./);
    expect((await sluice(['artifacts', 'get', 'first:make', 'copy.bin'], { cwd })).code).toBe(0);
    expect(statSync(join(cwd, 'copy.bin')).size).toBe(100_000);
    rmSync(join(cwd, 'copy.bin'));
  });
});

describe('two runs at once on one store', () => {
  it('that want the same result compute it once', async () => {
    const both = await Promise.all([run('--name', 'one'), run('--name', 'two')]);
    expect(both.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    expect(readFileSync(join(cwd, 'ran.txt'), 'utf8')).toBe('make ');
    expect(both.filter(({ stdout }) => stdout.includes('2 ran'))).toHaveLength(1);
    expect(both.filter(({ stdout }) => /make +cached/.test(stdout))).toHaveLength(1);
  });
});

/** A file system of 4 MiB, or why there is none here: mounting takes Linux, root and a kernel that lets it. */
function mountSmall(at: string): string | undefined {
  mkdirSync(at, { recursive: true });
  if (process.platform !== 'linux') return 'needs Linux';
  const { status, stderr, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'sluice', at], {
    encoding: 'utf8',
  });
  return status === 0 ? undefined : (error?.message ?? stderr).trim();
}

const probe = project({});
const refusal = mountSmall(join(probe, 'small'));
if (refusal === undefined) spawnSync('umount', [join(probe, 'small')]);
rmSync(probe, { recursive: true, force: true });
afterAll(() => rmSync(probe, { recursive: true, force: true }));

describe(`a store on a disk of its own${refusal === undefined ? '' : ` (absent: ${refusal})`}`, () => {
  describe.runIf(refusal === undefined)('', () => {
    let disk: string;
    let at: { readonly cwd: string; readonly env: Readonly<Record<string, string>> };
    beforeEach(() => {
      disk = join(cwd, 'disk');
      expect(mountSmall(disk)).toBeUndefined();
      at = { cwd, env: { SLUICE_HOME: join(disk, 'home') } };
    });
    const unmount = (): void => void spawnSync('umount', [disk]);
    const inHome = (...args: string[]): Promise<Ended> => sluice(['run', 'faults', ...args], at);
    /** Leaves so many bytes free. */
    const fill = (bytes: number): void => {
      const free = spawnSync('df', ['--output=avail', '-B1', disk], { encoding: 'utf8' }).stdout.split('\n')[1];
      writeFileSync(join(disk, 'filler'), Buffer.alloc(Number(free) - bytes));
    };

    it('that is full: the run fails in words, nothing half-written stays, and what was there is kept', async () => {
      try {
        expect((await inHome('--name', 'before')).code).toBe(0);
        fill(1_000_000);
        // Fits into the scratch folder, and not once more into the store.
        const full = await inHome('--size', '800000');
        expect(full.code).toBe(1);
        expectWords(full, 'ERR_STORE_WRITE');
        expect(full.stderr).toContain('no space left on the disk');
        expect(filesBelow(join(disk, 'home', 'artifacts', 'tmp'))).toEqual([]);
        expect(filesBelow(join(disk, 'home', 'work'))).toEqual([]);

        rmSync(join(disk, 'filler'));
        expect((await inHome('--name', 'after')).stdout).toContain('2 cached');
        expect((await inHome('--size', '800000')).code).toBe(0);
      } finally {
        unmount();
      }
    });

    it('that has no byte left: the command says so before anything runs', async () => {
      try {
        expect((await inHome()).code).toBe(0);
        fill(0);
        const full = await inHome('--salt', '2');
        expect(full.code).toBe(2);
        expectWords(full, 'ERR_STORE_OPEN');
        expect(full.stderr).toContain('no space left on the disk');
      } finally {
        unmount();
      }
    });

    it('that is read-only: runs and lists say so', async () => {
      try {
        expect((await inHome()).code).toBe(0);
        expect(spawnSync('mount', ['-o', 'remount,ro', disk]).status).toBe(0);
        for (const ended of [await inHome(), await inHome('--salt', '3'), await sluice(['runs', 'list'], at)]) {
          expect(ended.code).toBe(2);
          expectWords(ended, 'ERR_STORE_OPEN');
          expect(ended.stderr).toContain('the file system is read-only');
        }
      } finally {
        unmount();
      }
    });
  });
});
