import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSpool, type Spool, type SpoolFile } from '../../../../framework/adapters/trackers/spool/spool.ts';
import type { SpoolLine } from '../../../../framework/adapters/trackers/spool/spool-line.ts';
import { tryLock } from '../../../../framework/hashing/process-lock.ts';

const log = (value: string): SpoolLine => ({ op: 'log', at: '', params: [['name', value]] });

let folder: string;
let spool: Spool;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-spool-'));
  spool = createSpool(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const linesOf = async (file: SpoolFile, offset = 0): Promise<SpoolLine[]> =>
  (await spool.read(file, offset)).map(({ line }) => line);

describe('a spool', () => {
  it('gives lines back in order, from any of their ends on', async () => {
    const writer = spool.writer('run.with/odd name');
    await Promise.all([writer.append([log('a'), log('b')]), writer.append([log('ü\n')])]);
    const [file, ...others] = await spool.files();
    expect(others).toEqual([]);
    expect(file?.root).toBe('run.with/odd name');
    expect(await linesOf(file!)).toEqual([log('a'), log('b'), log('ü\n')]);
    const [first] = await spool.read(file!, 0);
    expect(await linesOf(file!, first!.end)).toEqual([log('b'), log('ü\n')]);
    await writer.close();
    writer.release();
  });

  it('takes a torn last line for nothing', async () => {
    const writer = spool.writer('run');
    await writer.append([log('a')]);
    await appendFile(writer.file.path, '{"op":"log","at":');
    expect(await linesOf(writer.file)).toEqual([log('a')]);
    await writer.close();
    writer.release();
  });

  it('goes on behind a line that a power cut tore', async () => {
    const writer = spool.writer('run');
    await writer.append([log('a')]);
    await appendFile(writer.file.path, '{"op":"log","at":\0\0\0\n');
    await writer.append([log('b')]);
    expect(await linesOf(writer.file)).toEqual([log('a'), log('b')]);
    await writer.close();
    writer.release();
  });

  it('reads a line that is longer than what is read at a time', async () => {
    const writer = spool.writer('run');
    await writer.append([log('x'.repeat(5 * 1024 * 1024)), log('after')]);
    const [long] = await spool.read(writer.file, 0);
    expect(long?.line).toMatchObject({ op: 'log' });
    expect(await linesOf(writer.file, long!.end)).toEqual([log('after')]);
    await writer.close();
    writer.release();
  });

  it('knows which files their writers still hold', async () => {
    const writer = spool.writer('run');
    await writer.append([log('a')]);
    expect(spool.isHeld(writer.file)).toBe(true);
    await writer.close();
    expect(spool.isHeld(writer.file)).toBe(true);
    writer.release();
    expect(spool.isHeld(writer.file)).toBe(false);
  });

  it('remembers how far a file is delivered, and leaves nothing of a removed one', async () => {
    const writer = spool.writer('run');
    await writer.append([log('a')]);
    await writer.close();
    writer.release();
    expect(await spool.cursor(writer.file)).toEqual({ offset: 0 });
    await spool.moveCursor(writer.file, { offset: 7, isClosed: true });
    expect(await createSpool(folder).cursor(writer.file)).toEqual({ offset: 7, isClosed: true });
    await spool.remove(writer.file);
    expect(await linesOf(writer.file)).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('is empty before anything was written', async () => {
    expect(await createSpool(join(folder, 'none')).files()).toEqual([]);
  });
});

it('a lock between processes has one holder at a time, and its file goes when it is done with', async () => {
  const path = join(folder, 'x.lock');
  const first = tryLock(path);
  expect(first).toBeDefined();
  expect(tryLock(path)).toBeUndefined();
  first?.release(false);
  const second = tryLock(path);
  expect(second).toBeDefined();
  second?.release(true);
  expect(await readdir(folder)).toEqual([]);
});
