import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Lineage } from '../../../framework/server/api/artifact.ts';
import { canStart } from '../../services/can-start.ts';
import { startDroppingProxy } from '../../services/dropping-proxy.ts';
import { freePort } from '../../services/free-port.ts';
import { type MinioService, startMinio } from '../../services/start-minio.ts';
import { type PostgresService, startPostgres } from '../../services/start-postgres.ts';
import { teamEnvironment } from '../../services/team-environment.ts';
import { type Ended, project, type StartedCommand, sluice, startSluice } from '../sluice-command.ts';
import { startViewer } from '../viewer-process.ts';
import { RELAY } from './relay-pipeline.ts';

/** How long a line is dead: some seconds, and as long as one likes by hand. */
const LINE_LOSS_MS = 1000 * Number(process.env['SLUICE_TEST_LINE_LOSS_S'] ?? 6);

interface RunReport {
  readonly run: { readonly id: string; readonly status: string };
  readonly steps: readonly { readonly name: string; readonly status: string }[];
}

/** stacks/team.yaml as it ships, on servers of this suite's own. Nobody listens where it expects MLflow, from start to end. */
describe.skipIf(!canStart('postgres', 'initdb', 'minio'))('two machines on one team stack', () => {
  let postgres: PostgresService;
  let minio: MinioService;
  /** Project folders, each with a home, and so a cache, of its own. */
  let machines: readonly [string, string];
  let env: Record<string, string>;

  beforeAll(async () => {
    [postgres, minio] = await Promise.all([startPostgres(), startMinio()]);
    const services = [
      { name: 'postgres', status: 'running', url: postgres.url },
      { name: 'minio', status: 'running', url: minio.url },
      { name: 'mlflow', status: 'running', url: `http://127.0.0.1:${await freePort()}` },
    ] as const;
    env = { ...parseEnv(teamEnvironment(services)), SLUICE_STACK: 'team' } as Record<string, string>;
    const team = readFileSync(new URL('../../../stacks/team.yaml', import.meta.url), 'utf8');
    const files = { 'stacks/team.yaml': team, 'pipelines/relay.pipeline.ts': RELAY };
    machines = [project(files), project(files)];
    await sluice(['stack', 'doctor', 'team', '--fix'], { cwd: machines[0], env });
  });
  afterAll(async () => {
    await Promise.all([postgres, minio].map((service) => service?.[Symbol.asyncDispose]()));
    for (const machine of machines ?? []) rmSync(machine, { recursive: true, force: true });
  });

  const diary = (): string => join(machines[0], 'diary');
  const wrote = (name: string): readonly string[] =>
    readFileSync(diary(), 'utf8')
      .split('\n')
      .filter((line) => line.endsWith(` ${name}`));
  const letGo = (name: string): void => writeFileSync(`${diary()}.${name}`, '');
  const start = (machine: 0 | 1, name: string, { host = '', blockedMs = 0 } = {}): StartedCommand => {
    const args = ['run', 'relay', '--name', name, '--param.name', name, '--diary', diary(), '--output', 'json'];
    const command = startSluice([...args, '--blocked-ms', String(blockedMs)], {
      cwd: machines[machine],
      env: { ...env, SLUICE_HOST: host },
    });
    onTestFinished(() => command.signal('SIGKILL'));
    return command;
  };
  const report = ({ code, stdout, stderr }: Ended): RunReport => {
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    return JSON.parse(stdout) as RunReport;
  };
  const ask = async (machine: 0 | 1, ...args: readonly string[]): Promise<Ended> =>
    sluice(args, { cwd: machines[machine], env });
  /** Waits until the second step of the run of this name has begun. */
  const inTheMiddle = (name: string): Promise<void> =>
    expect.poll(() => wrote(name), { timeout: 120_000 }).toContain(`second ${name}`) as unknown as Promise<void>;
  const statuses = ({ run, steps }: RunReport): readonly string[] => [run.status, ...steps.map(({ status }) => status)];

  it('take from each other what one of them has made, files too', async () => {
    letGo('gift');
    const first = await start(0, 'gift').ended;
    expect(first.stderr).toMatch(/MLflow at \S+ does not take entries now .* sluice tracker sync/);
    const made = report(first);
    const taken = report(await start(1, 'gift').ended);
    expect(statuses(taken)).toEqual(['succeeded', 'cached', 'cached']);
    expect(wrote('gift')).toEqual(['first gift', 'second gift']);
    const target = join(machines[1], 'finish.txt');
    expect((await ask(1, 'artifacts', 'get', `${made.run.id}:second.file`, target)).code).toBe(0);
    expect(readFileSync(target, 'utf8')).toBe('gift'.repeat(200_000));
  });

  it('compute at the same time what both want once', async () => {
    const both = [start(0, 'once'), start(1, 'once')];
    await inTheMiddle('once');
    letGo('once');
    const ended = (await Promise.all(both.map(({ ended }) => ended))).map(report);
    expect(wrote('once')).toEqual(['first once', 'second once']);
    expect(ended.map(({ steps }) => steps[1]!.status).sort()).toEqual(['cached', 'succeeded']);
  });

  it('go on where the other was killed', async () => {
    const killed = start(0, 'fallen');
    await inTheMiddle('fallen');
    killed.signal('SIGKILL');
    await killed.ended;
    letGo('fallen');
    const taken = report(await start(1, 'fallen').ended);
    expect(statuses(taken)).toEqual(['succeeded', 'cached', 'succeeded']);
    const { stdout } = await ask(1, 'runs', 'list', '--status', 'lost', '--output', 'json');
    const [lost, ...others] = (JSON.parse(stdout) as { items: { id: string; name: string }[] }).items;
    expect([lost?.name, others]).toEqual(['fallen', []]);

    // What came of it on both machines is one line.
    const shown = await ask(1, 'artifacts', 'show', `${taken.run.id}:second.file`, '--output', 'json');
    const { digest } = JSON.parse(shown.stdout) as { digest: string };
    const viewer = await startViewer(machines[1], [], env);
    const { nodes } = await viewer.json<Lineage>(`/api/artifacts/${digest}/lineage`);
    const steps = nodes.flatMap((node) => (node.kind === 'step' ? [[node.step, node.run]] : []));
    expect(steps.sort()).toEqual([
      ['first', lost?.id],
      ['second', taken.run.id],
    ]);
    expect(nodes.filter(({ kind }) => kind === 'artifact').map(({ label }) => label)).toContain('baton.txt');
  });

  it('go by the lease where no process can be looked up: a dead machine is followed, a blocked one is not', async () => {
    const [mill, barn] = [{ host: 'mill' }, { host: 'barn' }];
    const dead = start(0, 'orphan', mill);
    await inTheMiddle('orphan');
    dead.signal('SIGKILL');
    await dead.ended;
    letGo('orphan');
    // Longer than the lease, and longer than the main thread could beat.
    const blocked = { blockedMs: 75_000 };
    const alive = start(0, 'stuck', { ...mill, ...blocked });
    await inTheMiddle('stuck');
    letGo('stuck');
    const [taken, waited] = await Promise.all([
      start(1, 'orphan', barn).ended,
      start(1, 'stuck', { ...barn, ...blocked }).ended,
    ]);
    expect(statuses(report(taken))).toEqual(['succeeded', 'cached', 'succeeded']);
    expect(statuses(report(waited))).toEqual(['succeeded', 'cached', 'cached']);
    expect(statuses(report(await alive.ended))).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(wrote('stuck')).toEqual(['first stuck', 'second stuck']);
  });

  it('cancel a run of the other', async () => {
    const going = start(0, 'recalled');
    await inTheMiddle('recalled');
    expect((await ask(1, 'runs', 'cancel', 'recalled')).code).toBe(0);
    const ended = await going.ended;
    expect([ended.code, (JSON.parse(ended.stdout) as RunReport).run.status]).toEqual([130, 'cancelled']);
  });

  it('lose nothing when the line to both servers swallows every byte for a while', {
    timeout: 60_000 + 3 * LINE_LOSS_MS,
  }, async () => {
    const [toPostgres, toMinio] = await Promise.all(
      [postgres, minio].map(({ url }) => startDroppingProxy({ target: Number(new URL(url).port) })),
    );
    if (!toPostgres || !toMinio) throw new Error('two proxies were asked for');
    onTestFinished(async () => void (await Promise.all([toPostgres.close(), toMinio.close()])));
    const before = env;
    env = { ...env, SLUICE_POSTGRES_PORT: String(toPostgres.port), SLUICE_MINIO_PORT: String(toMinio.port) };
    const going = start(0, 'patient');
    env = before;
    await inTheMiddle('patient');
    for (const line of [toPostgres, toMinio]) line.drop();
    // It saves and commits into a line that is dead by now.
    letGo('patient');
    await sleep(LINE_LOSS_MS);
    for (const line of [toPostgres, toMinio]) await line.pass();
    expect(statuses(report(await going.ended))).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(statuses(report(await start(1, 'patient').ended))).toEqual(['succeeded', 'cached', 'cached']);
    expect(wrote('patient')).toEqual(['first patient', 'second patient']);
  });

  it('lose nothing when Postgres is killed and comes back in the middle of a run', async () => {
    const going = start(0, 'steady');
    await inTheMiddle('steady');
    await postgres.kill();
    letGo('steady');
    await sleep(1000);
    await postgres.restart();
    expect(statuses(report(await going.ended))).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(statuses(report(await start(1, 'steady').ended))).toEqual(['succeeded', 'cached', 'cached']);
  });

  it('lose nothing when MinIO is killed before a result is stored, and comes back', async () => {
    const going = start(0, 'stored');
    await inTheMiddle('stored');
    await minio.kill();
    letGo('stored');
    await sleep(1000);
    await minio.restart();
    expect(statuses(report(await going.ended))).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(statuses(report(await start(1, 'stored').ended))).toEqual(['succeeded', 'cached', 'cached']);
  });
});
