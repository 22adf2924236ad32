import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testService } from '../../services/test-service.ts';
import { type Ended, project, sluice } from '../sluice-command.ts';
import { mlflowRest } from './mlflow-rest.ts';

const service = testService('mlflow');
const [USER, PASSWORD, WRONG] = ['trainer', 'canary of/the tracker: 4Ä"', 'yesterday’s password'];

const STACK = `
experiment_tracker:
  flavor: mlflow
  uri: \${env:TRACKING_URI}
  experiment: \${env:EXPERIMENT}
  username: ${USER}
  password: \${secret:mlflow-password}
  waitMs: 20000
`;

const PIPELINE = `
import { pipeline, step, stepContext } from 'sluice';

class Steps {
  @step() async train(): Promise<{ loss: number }> {
    stepContext().tracker.metrics({ loss: 0.5 }, { step: 1 });
    return { loss: 0.5 };
  }
}
@pipeline({ name: 'train' })
export class Train {
  async run() {
    return new Steps().train();
  }
}
`;

/** Asks for a name and a password, as `mlflow server --app-name basic-auth` does, and hands on what comes with them. */
async function guardedMlflow(target: string): Promise<Server> {
  const right = `Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`;
  const server = createServer((asked, answer) => {
    if (asked.url !== '/health' && asked.headers.authorization !== right) {
      answer.writeHead(401, { 'www-authenticate': 'Basic realm="mlflow"' }).end('You are not authenticated.');
      return;
    }
    const { authorization: _, ...headers } = asked.headers;
    const passed = request(`${target}${asked.url}`, { method: asked.method, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 502, given.headers);
      given.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server;
}

describe.skipIf(!service)('a real MLflow that asks who is there (npm run services -- start)', () => {
  const uri = service?.url ?? '';
  const experiment = `login ${randomUUID()}`;
  let server: Server;
  let cwd: string;
  let env: Record<string, string>;
  const printed: string[] = [];

  beforeAll(async () => {
    server = await guardedMlflow(uri);
    cwd = project({ 'stacks/guarded.yaml': STACK, 'pipelines/train.pipeline.ts': PIPELINE });
    env = {
      SLUICE_STACK: 'guarded',
      SLUICE_SECRET_KEY_FILE: join(cwd, 'keys', 'key'),
      TRACKING_URI: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      EXPERIMENT: experiment,
    };
  });
  afterAll(async () => {
    server?.closeAllConnections();
    server?.close();
    if (cwd) rmSync(cwd, { recursive: true, force: true });
  });

  async function command(...args: string[]): Promise<Ended> {
    const ended = await sluice(args, { cwd, env });
    printed.push(ended.stdout, ended.stderr);
    return ended;
  }
  async function password(value: string): Promise<void> {
    const { code } = await sluice(['secret', 'set', 'mlflow-password', '--from-env', 'GIVEN'], {
      cwd,
      env: { ...env, GIVEN: value },
    });
    expect(code).toBe(0);
  }
  const shown = async (): Promise<readonly [string, string][]> =>
    (await mlflowRest(uri).runs(experiment, 'mlflow.source.type', 'LOCAL')).map(({ name, status }) => [name, status]);
  const failures = async (): Promise<
    readonly { readonly subject: string; readonly check: string; readonly hint?: string }[]
  > => {
    const { stdout } = await command('stack', 'doctor', '--output', 'json');
    const { checks } = JSON.parse(stdout) as {
      checks: { subject: string; check: string; ok: boolean; hint?: string }[];
    };
    return checks.filter(({ ok }) => !ok);
  };

  it('takes entries with the password of a secret', async () => {
    await password(PASSWORD);
    expect((await command('run', 'train', '--name', 'welcome')).stderr).toBe('');
    expect((await command('tracker', 'sync')).code).toBe(0);
    expect(await shown()).toEqual([['welcome', 'FINISHED']]);
    expect(await failures()).toEqual([]);
  });

  it('turns down a wrong one: the run goes on, the component and the way out are named, and nothing is lost', async () => {
    await password(WRONG);
    const refused = await command('run', 'train', '--name', 'stranger', '--no-cache');
    expect([refused.code, refused.stderr]).toEqual([
      0,
      expect.stringMatching(/MLflow at \S+ .*401.*sluice tracker sync/s),
    ]);
    const [first] = await failures();
    expect(first).toMatchObject({ subject: 'experiment_tracker', check: 'credentials' });
    expect(first?.hint).toContain('username and password');

    await password(PASSWORD);
    expect((await command('tracker', 'sync')).code).toBe(0);
    expect((await shown()).toSorted()).toEqual([
      ['stranger', 'FINISHED'],
      ['welcome', 'FINISHED'],
    ]);
    const encoded = [PASSWORD, WRONG].map((value) => Buffer.from(`${USER}:${value}`).toString('base64'));
    for (const text of printed) for (const form of [PASSWORD, WRONG, ...encoded]) expect(text).not.toContain(form);
  });
});
