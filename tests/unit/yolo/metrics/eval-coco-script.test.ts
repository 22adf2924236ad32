import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { goldenCases } from './coco-cases.ts';

const script = fileURLToPath(new URL('../../../../scripts/eval-coco.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'sluice-eval-coco-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const { gt, dt } = goldenCases()[0]!;
const good = { gt: file('gt.json', JSON.stringify(gt)), dt: file('dt.json', JSON.stringify(dt)) };

const run = (...args: string[]) =>
  spawnSync(process.execPath, ['--no-warnings', script, ...args], { encoding: 'utf8' });

describe('npm run eval:coco', () => {
  test('--output json prints the twelve figures and nothing else', () => {
    const { status, stdout, stderr } = run('--gt', good.gt, '--dt', good.dt, '--output', 'json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const { stats } = JSON.parse(stdout) as { stats: number[] };
    expect(stats).toHaveLength(12);
    expect(stats[0]).toBeCloseTo(0.373, 3);
  });

  test('prints a table otherwise', () => {
    const { stdout } = run('--gt', good.gt, '--dt', good.dt);
    expect(stdout.split('\n')[1]).toMatch(/^Average precision +0\.50:0\.95 +all +100 +0\.37/);
    expect(stdout.trim().split('\n')).toHaveLength(13);
  });

  test.for([
    [
      'a file that is not there',
      ['--gt', join(folder, 'none.json'), '--dt', good.dt],
      /^ERR_FILE_NOT_FOUND: .*none\.json/,
    ],
    ['a file that is not JSON', ['--gt', file('half.json', '{"images": ['), '--dt', good.dt], /half\.json is not JSON/],
    ['a file without a key', ['--gt', file('empty.json', '{}'), '--dt', good.dt], /empty\.json: images is missing/],
    [
      'an unknown picture',
      ['--gt', good.gt, '--dt', file('far.json', JSON.stringify([{ ...dt[0], image_id: 4 }]))],
      /image_id 4 is not an image of the ground truth/,
    ],
    ['a missing flag', ['--gt', good.gt], /--dt is missing/],
    ['an unknown flag', ['--gtt', good.gt], /--gtt/],
    ['an unknown output', ['--gt', good.gt, '--dt', good.dt, '--output', 'xml'], /--output xml is not known/],
  ] as const)('%s: a sentence and exit 2', ([, args, message]) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(stderr).not.toContain('    at ');
  });

  test('an error is JSON where JSON was asked for', () => {
    const { stderr } = run('--gt', join(folder, 'none.json'), '--dt', good.dt, '--output', 'json');
    expect(JSON.parse(stderr)).toMatchObject({ error: { code: 'ERR_FILE_NOT_FOUND', hint: expect.any(String) } });
  });
});
