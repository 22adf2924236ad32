import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { testService } from '../services/test-service.ts';
import { DYNAMIC_PROJECT } from './fixtures/dynamic-project.ts';
import { testSchema } from './postgres/postgres-schema.ts';
import { type Ended, project, sluice, startSluice } from './sluice-command.ts';

/** Files that make a stack of a project's own the active one, and how to name it to a command. */
interface Place {
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
}
const embedded = (): Place => ({ files: {}, env: {} });

/** The record in Postgres, in a schema that goes with the test; files stay here. */
function onPostgres(url: string): Place {
  const { schema, drop } = testSchema(url);
  onTestFinished(drop);
  const stack = {
    orchestrator: { flavor: 'local' },
    artifact_store: { flavor: 'local' },
    metadata_store: { flavor: 'postgres', url, schema },
    experiment_tracker: { flavor: 'local' },
  };
  // JSON is YAML.
  return { files: { 'stacks/server.yaml': JSON.stringify(stack) }, env: { SLUICE_STACK: 'server' } };
}

/** A project with the pipelines of the fixture and a store of its own. */
function dynamicProject({ files, env }: Place = embedded()) {
  const cwd = project({ 'pipelines/all.pipeline.ts': DYNAMIC_PROJECT, ...files });
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true, maxRetries: 5 }));
  return {
    cwd,
    go: () => writeFileSync(join(cwd, 'go'), ''),
    ran: () => (existsSync(join(cwd, 'ran.txt')) ? readFileSync(join(cwd, 'ran.txt'), 'utf8').trim().split('\n') : []),
    sluice: (...args: string[]) => sluice(args, { cwd, env }),
    start: (...args: string[]) => startSluice(args, { cwd, env }),
  };
}
const json = ({ stdout, stderr }: Ended) => {
  if (stdout.trim() === '') throw new Error(`Nothing on standard output, but: ${stderr}`);
  return JSON.parse(stdout);
};

const postgres = testService('postgres');
/** A fan-out waits on Postgres for each step's round trips. */
const PLACES = [
  { name: 'the embedded stack', open: embedded, width: 1000 },
  ...(postgres ? [{ name: 'Postgres', open: () => onPostgres(postgres.url), width: 200 }] : []),
];
if (!postgres) it.skip('dynamic runs on Postgres: none is running (npm run services -- start postgres)');

describe.each(PLACES)('a dynamic run on $name that is killed', ({ open }) => {
  const kill = async (made: ReturnType<typeof dynamicProject>, ...more: string[]): Promise<void> => {
    const running = made.start('run', 'killed', '--max-parallel', '4', ...more);
    await running.said(/holding .*\n(?:.*\n)*.*holding .*\n(?:.*\n)*.*holding /);
    running.signal('SIGKILL');
    await running.ended;
    made.go();
  };

  it('is resumed by playing its body over what was committed', async () => {
    const made = dynamicProject(open());
    await kill(made);
    const before = made.ran();
    const lost = json(await made.sluice('runs', 'list', '--output', 'json')).items;
    expect(lost.map(({ status }: { status: string }) => status)).toEqual(['lost']);
    const shown = json(await made.sluice('runs', 'show', 'latest', '--output', 'json'));
    expect(shown.steps).toHaveLength(14);
    const resumed = json(await made.sluice('runs', 'resume', 'latest', '--output', 'json'));
    expect(resumed.run).toMatchObject({ status: 'succeeded', resumedFrom: lost[0].id });
    // 100 for the five items; of each branch 1 more; and the sum of the three.
    expect(resumed.result.sum).toBe(10 * (101 + 102 + 103) + 3);
    const again = made.ran().slice(before.length);
    expect(again.sort()).toEqual(['held 1010', 'held 1020', 'held 1030', 'sum']);
    const ids = ({ steps }: { steps: { node: string }[] }) => steps.map(({ node }) => node).sort();
    expect(ids(resumed)).toEqual([...ids(shown), 'sum'].sort());
    const undisturbed = json(await made.sluice('run', 'killed', '--output', 'json'));
    expect([undisturbed.run.status, ids(undisturbed)]).toEqual(['succeeded', ids(resumed)]);
    expect(undisturbed.result.sum).toBe(resumed.result.sum);
  });

  it('is refused, with the call, when its body goes by the clock', async () => {
    const made = dynamicProject(open());
    await kill(made, '--chance');
    const { code, stderr, stdout } = await made.sluice('runs', 'resume', 'latest');
    expect([code, stderr]).toEqual([1, expect.stringContaining('ERR_PIPELINE_NONDETERMINISTIC')]);
    expect(`${stdout}${stderr}`).toMatch(
      /call 9, work(?:-\d)?, got other arguments \(argument item\.id was \d+, and is/,
    );
  });
});

describe.each(PLACES)('a dynamic pipeline on $name', ({ open, width }) => {
  it(`fans out ${width} wide, and is served whole from the cache`, async () => {
    const made = dynamicProject(open());
    const first = json(await made.sluice('run', 'wide', '--count', `${width}`, '--output', 'json'));
    const sum = (10 * width * (width - 1)) / 2;
    expect([first.run.status, first.steps.length, first.result]).toEqual(['succeeded', width + 2, sum]);
    const second = json(await made.sluice('run', 'wide', '--count', `${width - 1}`, '--output', 'json'));
    expect(second.steps.filter(({ status }: { status: string }) => status === 'succeeded')).toHaveLength(2);
    const planned = json(await made.sluice('plan', 'wide', '--count', `${width}`, '--output', 'json'));
    expect(planned).toMatchObject({ hits: width + 2, misses: 0, complete: true });
  });

  it('hands calls of isolated steps to their processes: receiver, files, maps', async () => {
    const made = dynamicProject(open());
    const { run, result } = json(await made.sluice('run', 'isolated', '--output', 'json'));
    expect(run.status).toBe('succeeded');
    expect(result).toMatchObject({ value: 6, text: 'now 7 text', isApart: true, died: 'ERR_STEP_PROCESS_DIED' });
    const { code, stderr } = await made.sluice('run', 'connected');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/ERR_STEP_DEFINITION.*\n?.*holds connection/)]);
  });
});

describe('a dynamic pipeline in the command', () => {
  it('fails with a step that nobody awaited, and lives to say so', async () => {
    const made = dynamicProject();
    const { run, steps } = json(await made.sluice('run', 'unhandled', '--output', 'json'));
    expect(run).toMatchObject({ status: 'failed', error: { message: 'nobody looked' } });
    expect(steps.map(({ status }: { status: string }) => status)).toEqual(['failed', 'succeeded']);
    const late = json(await made.sluice('run', 'late', '--output', 'json'));
    expect([late.run.status, late.result]).toEqual(['succeeded', 'looked at later']);
  });

  it('explains its steps, by the names of their calls', async () => {
    const made = dynamicProject();
    made.go();
    await made.sluice('run', 'killed');
    const why = json(await made.sluice('why', 'latest', 'held@work-2', '--output', 'json'));
    expect(why).toMatchObject({ verdict: 'miss' });
    const text = (await made.sluice('runs', 'show', 'latest')).stdout;
    expect(text).toContain('inner~work-5');
    const mermaid = (await made.sluice('plan', 'inner', '--output', 'mermaid')).stdout;
    expect(mermaid).toContain('["work-2"]');
  });

  it('comes with an example', async () => {
    const made = dynamicProject();
    const { run, result, steps } = json(await made.sluice('run', 'search', '--rounds', '3', '--output', 'json'));
    expect([run.status, result.rounds]).toEqual(['succeeded', 3]);
    expect(steps.some(({ node }: { node: string }) => node === 'search-round-3~evaluate-9')).toBe(true);
  });
});
