import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../services/free-port.ts';
import { testService } from '../../services/test-service.ts';
import { type TestSchema, testSchema } from '../postgres/postgres-schema.ts';
import { type Ended, project, sluice } from '../sluice-command.ts';

const service = testService('postgres');
const OF_TRACKER = 'canary of the tracker: 8Kq"/+&';

/** A worker process opens the artifact store alone, which has no password here. */
const STACK = `
metadata_store:
  flavor: postgres
  host: 127.0.0.1
  port: \${env:RECORD_PORT}
  user: \${env:RECORD_USER}
  password: \${env:RECORD_PASSWORD}
  database: \${env:RECORD_DATABASE}
  schema: \${env:RECORD_SCHEMA}
experiment_tracker:
  flavor: mlflow
  uri: http://127.0.0.1:\${env:TRACKER_PORT}
  username: trainer
  password: \${env:TRACKER_PASSWORD}
  waitMs: 0
`;

const PIPELINE = `
import { pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';

class Steps {
  @step({ isolation: 'process' }) async tell(variable: string, way: string): Promise<{ said: string }> {
    const secret = process.env[variable]!;
    stepContext().log.info('connected with ' + secret);
    console.log('printed ' + secret);
    stepContext().tracker.tag('login', secret);
    if (way === 'throw') throw new Error('refused: ' + secret);
    return { said: way === 'return' ? 'the password is ' + secret : 'nothing' };
  }
}

const Params = z.object({ variable: z.string(), way: z.string() });

@pipeline({ name: 'tell', params: Params })
export class Tell {
  async run({ variable, way }: z.output<typeof Params>) {
    return new Steps().tell(variable, way);
  }
}
`;

describe.skipIf(!service)('a step in a process of its own, and passwords of components that it never opens', () => {
  const { port, username, password, pathname } = new URL(service?.url ?? 'http://none');
  let cwd: string;
  let env: Record<string, string>;
  let record: TestSchema;
  const printed: string[] = [];

  beforeAll(async () => {
    record = testSchema(service?.url ?? '');
    cwd = project({ 'stacks/guarded.yaml': STACK, 'pipelines/tell.pipeline.ts': PIPELINE });
    env = {
      SLUICE_STACK: 'guarded',
      RECORD_PORT: port,
      RECORD_USER: username,
      RECORD_PASSWORD: password,
      RECORD_DATABASE: pathname.slice(1),
      RECORD_SCHEMA: record.schema,
      TRACKER_PORT: String(await freePort()),
      TRACKER_PASSWORD: OF_TRACKER,
    };
  });
  afterAll(async () => {
    await record?.drop();
    if (cwd) rmSync(cwd, { recursive: true, force: true });
  });

  async function command(...args: string[]): Promise<Ended> {
    const ended = await sluice(args, { cwd, env });
    printed.push(ended.stdout, ended.stderr);
    return ended;
  }
  const run = (name: string, variable: string, way: string): Promise<Ended> =>
    command('run', 'tell', '--name', name, '--variable', variable, '--way', way, '--output', 'json');

  it.each([
    ['the record', 'RECORD_PASSWORD'],
    ['the tracker', 'TRACKER_PASSWORD'],
  ])('refuses a result that holds the one of %s, and shows it in no line', async (_what, variable) => {
    const refused = await run(`return-${variable}`, variable, 'return');
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringContaining('ERR_SECRET_IN_RESULT')]);
    expect((await run(`throw-${variable}`, variable, 'throw')).stderr).toContain('refused: ***');
    expect((await run(`log-${variable}`, variable, 'log')).code).toBe(0);
    const { stdout } = await command('runs', 'logs', `log-${variable}`);
    expect(stdout).toContain('connected with ***');
    expect(stdout).toContain('printed ***');
    expect(leaks(env[variable]!)).toEqual([]);
  });

  /** Where a value stands as it is, as JSON has it or as a URL: outputs by their number, files of the project by their path. */
  function leaks(value: string): readonly string[] {
    const forms = [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)];
    const holds = (bytes: string | Buffer): boolean => forms.some((form) => bytes.includes(form));
    const files = readdirSync(join(cwd, '.sluice'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    return [
      ...printed.flatMap((text, i) => (holds(text) ? [`output ${i}`] : [])),
      ...files.filter((file) => holds(readFileSync(file))),
    ];
  }
});
