import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sluice } from './sluice-command.ts';

let cwd: string;
let cache: string;

beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'sluice-compiled-'));
  cache = join(cwd, 'compiled');
  mkdirSync(cache);
});

afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const version = (...more: string[]) => sluice(['--version', ...more], { cwd, env: { NODE_COMPILE_CACHE: cache } });

/** Files of compiled code that the command has kept. */
const kept = (): string[] =>
  readdirSync(cache, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.code'))
    .map((file) => join(cache, file));

describe('code that earlier processes have compiled', () => {
  test('is kept once a command has gone well, for three processes, then as it is', async () => {
    const told = await version();
    expect(told).toMatchObject({ code: 0, stderr: '' });
    const [file = ''] = kept();
    const rounds = (): number => JSON.parse(readFileSync(file, 'utf8').split('\n', 1)[0] ?? '').rounds;
    const counted = [rounds()];
    for (let i = 0; i < 3; i++) {
      expect(await version()).toEqual(told);
      counted.push(rounds());
    }
    expect(counted).toEqual([1, 2, 3, 3]);
    expect(kept()).toEqual([file]);
  });

  test('is not replaced by what a long process still has, which is gathered only where there is none', async () => {
    const computesLong = 'process.cpuUsage=()=>({user:3.6e9,system:0})';
    const long = { NODE_COMPILE_CACHE: cache, NODE_OPTIONS: `--import=data:text/javascript,${computesLong}` };
    expect(await sluice(['--version'], { cwd, env: long })).toMatchObject({ code: 0, stderr: '' });
    const [file = ''] = kept();
    const head = () => JSON.parse(readFileSync(file, 'utf8').split('\n', 1)[0] ?? '');
    expect(head()).toMatchObject({ rounds: 0 });
    await version();
    const before = readFileSync(file);
    expect(head()).toMatchObject({ rounds: 1 });
    await sluice(['--version'], { cwd, env: long });
    expect(readFileSync(file)).toEqual(before);
  });

  test('is a file for each command, and none for what is no command', async () => {
    await version();
    await sluice(['runs', 'list', '--help'], { cwd, env: { NODE_COMPILE_CACHE: cache } });
    expect((await sluice(['runz'], { cwd, env: { NODE_COMPILE_CACHE: cache } })).code).toBe(2);
    expect(kept()).toHaveLength(2);
  });

  test.each([
    ['cut off', (bytes: Buffer) => bytes.subarray(0, bytes.length - 100)],
    ['empty', () => Buffer.alloc(0)],
    ['of another V8', (bytes: Buffer) => withHead(bytes, (at, before) => Buffer.from(before).fill(7, 0, at))],
    ['without a head', () => Buffer.from('what is this\n')],
  ])('is made again where it is %s', async (_, harm) => {
    const told = await version();
    const [file = ''] = kept();
    const size = statSync(file).size;
    writeFileSync(file, harm(readFileSync(file)));
    expect(await version()).toEqual(told);
    expect(statSync(file).size).toBeGreaterThan(size / 2);
    expect(await version()).toEqual(told);
  });

  test('is not kept where Node is told to keep none', async () => {
    const env = { NODE_COMPILE_CACHE: cache, NODE_DISABLE_COMPILE_CACHE: '1' };
    expect(await sluice(['--version'], { cwd, env })).toMatchObject({ code: 0, stderr: '' });
    expect(kept()).toEqual([]);
  });

  test('is done without where it can not be kept', async () => {
    const told = await version();
    const [file = ''] = kept();
    // A folder in its place can't be replaced, whoever asks.
    rmSync(file);
    mkdirSync(join(file, 'in the way'), { recursive: true });
    expect(await version()).toEqual(told);
    expect(kept()).toEqual([file]);
  });
});

/** The file with the head of its first code changed by hand: V8 keeps its own version and options in the first bytes. */
function withHead(bytes: Buffer, change: (at: number, code: Buffer) => Buffer): Buffer {
  const from = bytes.indexOf(10) + 1;
  return Buffer.concat([bytes.subarray(0, from), change(16, bytes.subarray(from))]);
}
