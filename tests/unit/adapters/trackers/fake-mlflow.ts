import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRun {
  readonly id: string;
  readonly experiment: string;
  readonly name: string;
  status: string;
  endTime: number | undefined;
  isDeleted: boolean;
  readonly params: Map<string, string>;
  readonly tags: Map<string, string>;
  /** As MLflow's file store keeps them: a point that is sent twice is there twice. */
  readonly points: {
    readonly key: string;
    readonly value: number | string;
    readonly timestamp: number;
    readonly step: number;
  }[];
  readonly files: Map<string, string>;
}

/** How the next requests are answered. `lose`: they are carried out, and the answer never arrives. */
export type Mood = 'well' | 'hang' | 'lose' | 'busy' | 'forbid';

export interface FakeMlflow {
  readonly uri: string;
  readonly runs: readonly FakeRun[];
  readonly requests: readonly string[];
  mood: Mood;
  /** Names of params and metrics that it will never take. */
  readonly refused: Set<string>;
  /** Runs that are no step's own. */
  topRuns(): readonly FakeRun[];
  close(): Promise<void>;
}

type Body = Readonly<Record<string, unknown>>;
type Pair = { readonly key: string; readonly value: string };

class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** As much of an MLflow server as a tracker meets, in memory, with the faults that a real one shows only now and then. */
export async function fakeMlflow(): Promise<FakeMlflow> {
  const experiments = new Map<string, string>();
  const runs: FakeRun[] = [];
  const requests: string[] = [];
  const refused = new Set<string>();
  let mood: Mood = 'well';

  const runById = (id: unknown): FakeRun => {
    const run = runs.find((one) => one.id === id);
    if (!run) throw new Refusal('RESOURCE_DOES_NOT_EXIST', `Run ${String(id)} not found`);
    return run;
  };
  const info = (run: FakeRun) => ({
    run_id: run.id,
    experiment_id: run.experiment,
    status: run.status,
    artifact_uri: `mlflow-artifacts:/${run.experiment}/${run.id}/artifacts`,
    lifecycle_stage: run.isDeleted ? 'deleted' : 'active',
  });

  const verbs: Readonly<Record<string, (body: Body) => unknown>> = {
    'experiments/get-by-name'({ experiment_name: name }) {
      const id = experiments.get(String(name));
      if (id === undefined) throw new Refusal('RESOURCE_DOES_NOT_EXIST', `no experiment ${String(name)}`);
      return { experiment: { experiment_id: id, lifecycle_stage: 'active' } };
    },
    'experiments/create'({ name }) {
      experiments.set(String(name), String(experiments.size + 1));
      return { experiment_id: experiments.get(String(name)) };
    },
    'experiments/search': () => ({ experiments: [] }),
    'runs/search'({ experiment_ids: ids, filter }) {
      const [, key = '', value = ''] = /^tags\.`(.*)` = '(.*)'$/.exec(String(filter)) ?? [];
      const found = runs.filter((run) => (ids as string[]).includes(run.experiment) && run.tags.get(key) === value);
      return { runs: found.map((run) => ({ info: info(run) })) };
    },
    'runs/create'({ experiment_id: experiment, run_name: name, tags }) {
      const run: FakeRun = {
        id: `r${runs.length + 1}`,
        experiment: String(experiment),
        name: String(name),
        status: 'RUNNING',
        endTime: undefined,
        isDeleted: false,
        params: new Map(),
        tags: new Map((tags as Pair[]).map((tag) => [tag.key, tag.value])),
        points: [],
        files: new Map(),
      };
      runs.push(run);
      return { run: { info: info(run) } };
    },
    'runs/update'({ run_id: id, status, end_time: endTime }) {
      const run = runById(id);
      run.status = String(status);
      run.endTime = endTime as number | undefined;
      return {};
    },
    'runs/delete'({ run_id: id }) {
      runById(id).isDeleted = true;
      return {};
    },
    'runs/log-batch'({ run_id: id, params, metrics, tags }) {
      const run = runById(id);
      for (const { key, value } of params as Pair[]) {
        const before = run.params.get(key);
        if (refused.has(key) || (before ?? value) !== value)
          throw new Refusal('INVALID_PARAMETER_VALUE', `param ${key}`);
      }
      for (const { key } of metrics as Pair[]) {
        if (refused.has(key)) throw new Refusal('INVALID_PARAMETER_VALUE', `metric ${key}`);
      }
      for (const { key, value } of params as Pair[]) run.params.set(key, value);
      for (const { key, value } of tags as Pair[]) run.tags.set(key, value);
      run.points.push(...(metrics as FakeRun['points']));
      return {};
    },
    'runs/log-inputs': () => ({}),
    'metrics/get-history': ({ run_id: id, metric_key: key }) => ({
      metrics: runById(id).points.filter((point) => point.key === key),
    }),
  };

  function answer(method: string, url: URL, body: string): unknown {
    if (url.pathname === '/health') return 'OK';
    if (url.pathname === '/version') return '3.17.0';
    const [, experiment, id, path] =
      /^\/api\/2\.0\/mlflow-artifacts\/artifacts\/([^/]+)\/([^/]+)\/artifacts\/(.*)$/.exec(url.pathname) ?? [];
    if (method === 'PUT' && experiment !== undefined && path !== undefined) {
      runById(id).files.set(decodeURIComponent(path), body);
      return {};
    }
    const verb = verbs[url.pathname.replace('/api/2.0/mlflow/', '')];
    if (!verb) throw new Refusal('ENDPOINT_NOT_FOUND', url.pathname);
    return verb(body === '' ? Object.fromEntries(url.searchParams) : (JSON.parse(body) as Body));
  }

  const server: Server = createServer(async (request, response) => {
    const now = mood;
    const url = new URL(request.url ?? '/', 'http://localhost');
    requests.push(`${request.method} ${url.pathname}`);
    const body = await textOf(request);
    if (now === 'hang') return;
    if (now === 'busy' || now === 'forbid') {
      response.writeHead(now === 'busy' ? 503 : 403).end();
      return;
    }
    try {
      const data = answer(request.method ?? 'GET', url, body);
      if (now === 'lose') request.socket.destroy();
      else response.writeHead(200).end(typeof data === 'string' ? data : JSON.stringify(data));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      response.writeHead(400).end(JSON.stringify({ error_code: error.code, message: error.message }));
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    uri: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    runs,
    requests,
    refused,
    get mood() {
      return mood;
    },
    set mood(next) {
      mood = next;
    },
    topRuns: () => runs.filter((run) => run.tags.has('sluice.run_id')),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
