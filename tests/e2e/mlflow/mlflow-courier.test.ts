import { describe, expect, it } from 'vitest';
import { testService } from '../../services/test-service.ts';
import { sluice } from '../sluice-command.ts';
import { behindBadLine } from './behind-bad-line.ts';
import { type ReadRun, readBack } from './read-back.ts';

const service = testService('mlflow');

interface Status {
  readonly waiting: number;
  readonly courier: number | null;
  readonly problem: { readonly message: string } | null;
}

describe.skipIf(!service)('a run that ends before MLflow has it all (npm run services -- start)', () => {
  const uri = service?.url ?? '';
  const line = behindBadLine(uri);

  async function run(name: string, courier: Readonly<Record<string, string>>): Promise<void> {
    const { code, stderr } = await sluice(['run', 'tuning', '--name', name], {
      cwd: line.cwd,
      env: { ...line.env, ...courier },
    });
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^$|sluice tracker sync/)]);
  }
  const status = async (): Promise<Status> =>
    JSON.parse((await sluice(['tracker', 'status', '-o', 'json'], line)).stdout) as Status;
  const read = async (): Promise<readonly ReadRun[]> =>
    (await readBack(uri, line.experiment)).filter(({ tags }) => tags['sluice.run_id']);
  const courierIsGone = (): Promise<void> =>
    expect.poll(async () => (await status()).courier, { timeout: 300_000 }).toBe(null);

  it('is delivered by a process of its own, without another command, when the server is back', async () => {
    await line.proxy.refuse();
    await run('first', { SLUICE_COURIER: 'on' });
    await expect.poll(async () => (await status()).courier, { timeout: 60_000 }).toBeGreaterThan(0);
    const { waiting, problem } = await status();
    expect(waiting).toBeGreaterThan(120);
    expect(problem?.message).toContain(`${line.env['TRACKING_URI']}: `);
    // The one that is out takes this run's entries along.
    await run('second', { SLUICE_COURIER: 'on' });
    await line.proxy.pass();
    await courierIsGone();
    expect(await status()).toMatchObject({ waiting: 0, problem: null });
    const runs = await read();
    expect(runs.map(({ name, status: ended }) => [name, ended])).toEqual([
      ['first', 'FINISHED'],
      ['second', 'FINISHED'],
    ]);
    expect(runs[1]?.tags['sluice.cached_from.train-2']).toContain(`/runs/${runs[0]?.id}`);
  });

  it.each([
    ['SLUICE_COURIER', 'off'],
    ['CI', 'true'],
  ])('waits for the next command where %s=%s', async (name, value) => {
    await line.proxy.refuse();
    await run('kept', { SLUICE_COURIER: '', [name]: value });
    const { waiting, courier } = await status();
    expect([waiting > 120, courier]).toEqual([true, null]);
  });
});
