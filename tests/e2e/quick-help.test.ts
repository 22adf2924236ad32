import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sluice } from './sluice-command.ts';

const root = resolve(import.meta.dirname, '..', '..');
const cwd = root;
const words = readdirSync(join(root, 'dist', 'help')).map((file) => parse(file).name);

describe('help that the build has written down', () => {
  test.each(words)('of %s is what the command prints', async (word) => {
    const argv = word === 'sluice' ? [] : [word];
    const [quick, real] = await Promise.all([
      sluice([...argv, '--help'], { cwd }),
      // With another flag beside it the command does it itself.
      sluice(['--quiet', ...argv, '--help'], { cwd }),
    ]);
    expect(real).toMatchObject({ code: 0, stdout: expect.stringContaining('Usage: sluice'), stderr: '' });
    expect(quick).toEqual(real);
  });

  test('is printed for nothing at all, and for the short flag', async () => {
    const [nothing, short, long] = await Promise.all([[], ['-h'], ['--help']].map((argv) => sluice(argv, { cwd })));
    expect(nothing).toEqual(long);
    expect(short).toEqual(long);
  });

  test('is left to the command where colours are asked for, or where there is no such verb', async () => {
    const coloured = await sluice(['--help'], { cwd, env: { FORCE_COLOR: '1' } });
    expect(coloured.stdout).toContain('\u001b[');
    for (const word of ['runz', '..', 'a/b']) {
      const refused = await sluice([word, '--help'], { cwd });
      expect([word, refused]).toEqual([word, expect.objectContaining({ code: expect.any(Number) })]);
      expect(refused).toEqual(await sluice(['--quiet', word, '--help'], { cwd }));
    }
  });

  test('is no error where its reader has gone', async () => {
    const child = spawn(process.execPath, [join(root, 'bin', 'sluice.js'), '--help'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let told = '';
    child.stderr.on('data', (text) => {
      told += text;
    });
    expect([await once(child, 'close'), told]).toEqual([[0, null], '']);
  });
});
