import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { createHttpSender } from './http-sender.ts';
import { MlflowError } from './mlflow-error.ts';

export interface MlflowClientOptions {
  /** Without a slash at its end; may have a path. */
  readonly uri: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  /** Milliseconds that one answer may take; files get more by their size. */
  readonly timeoutMs: number;
}

export interface MlflowRun {
  readonly runId: string;
  readonly experimentId: string;
  readonly artifactUri: string;
  readonly status: string;
  readonly isDeleted: boolean;
}

export interface MlflowMetric {
  readonly key: string;
  readonly value: number | string;
  readonly timestamp: number;
  readonly step: number;
}

export interface MlflowPair {
  readonly key: string;
  readonly value: string;
}

export interface MlflowBatch {
  readonly params: readonly MlflowPair[];
  readonly metrics: readonly MlflowMetric[];
  readonly tags: readonly MlflowPair[];
}

export interface Answer {
  readonly json: unknown;
  readonly headers: IncomingHttpHeaders;
}

/** Bytes on their way to the server. */
export interface FileBody {
  readonly body: Readable;
  /** Bytes in all. */
  readonly size: number;
}

interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly file?: FileBody;
}

/** Slower than this, a file's upload is given up and tried again later. */
const LEAST_BYTES_PER_MS = 50;

/** MLflow's REST API 2.0, as far as runs are written with it. @throws MlflowError only. */
export type MlflowClient = ReturnType<typeof createMlflowClient>;

/** @param closing aborts whatever is on its way. */
export function createMlflowClient(options: MlflowClientOptions, closing: AbortSignal) {
  const { uri } = options;
  const authorization = authorizationOf(options);
  const sender = createHttpSender(uri);
  closing.addEventListener('abort', sender.close, { once: true });

  async function send({ method, path, query, json, file }: Request): Promise<Answer> {
    const search = query === undefined ? '' : `?${new URLSearchParams(query)}`;
    const timeout = AbortSignal.timeout(options.timeoutMs + Math.ceil((file?.size ?? 0) / LEAST_BYTES_PER_MS));
    try {
      const answer = await sender.send({
        method,
        url: `${uri}${path}${search}`,
        headers: {
          ...(authorization !== undefined && { authorization }),
          ...(json !== undefined && { 'content-type': 'application/json' }),
          ...(file && { 'content-type': 'application/octet-stream', 'content-length': String(file.size) }),
        },
        body: json === undefined ? file?.body : JSON.stringify(json),
        signal: AbortSignal.any([closing, timeout]),
      });
      const { status, text, headers } = answer;
      if (status < 200 || status > 299) throw MlflowError.ofAnswer(status, text, `${method} ${path}`);
      return { json: parsed(text), headers };
    } catch (error) {
      if (error instanceof MlflowError) throw error;
      throw MlflowError.ofFailure(error, timeout.aborted ? `no answer within ${options.timeoutMs} ms` : undefined);
    }
  }

  const get = async <T>(verb: string, query: Readonly<Record<string, string>>): Promise<T> =>
    (await send({ method: 'GET', path: `/api/2.0/mlflow/${verb}`, query })).json as T;
  const post = async <T>(verb: string, json: unknown): Promise<T> =>
    (await send({ method: 'POST', path: `/api/2.0/mlflow/${verb}`, json })).json as T;

  return {
    uri,
    pageOf: ({ experimentId, runId }: MlflowRun): string => `${uri}/#/experiments/${experimentId}/runs/${runId}`,

    health: () => send({ method: 'GET', path: '/health' }),
    version: () => send({ method: 'GET', path: '/version' }),

    /** Undefined when there is none of that name. */
    async findExperiment(name: string): Promise<{ readonly id: string; readonly isDeleted: boolean } | undefined> {
      try {
        const { experiment } = await get<{ experiment: Raw }>('experiments/get-by-name', { experiment_name: name });
        return { id: experiment['experiment_id']!, isDeleted: experiment['lifecycle_stage'] === 'deleted' };
      } catch (error) {
        if (error instanceof MlflowError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined;
        throw error;
      }
    },
    async createExperiment(name: string): Promise<string> {
      // MLflow 3 opens an experiment on its page for language models, unless it says that models are trained in it.
      const tags = [{ key: 'mlflow.experimentKind', value: 'custom_model_development' }];
      return (await post<{ experiment_id: string }>('experiments/create', { name, tags })).experiment_id;
    },
    searchExperiments: (): Promise<unknown> => post('experiments/search', { max_results: 1 }),

    /** The oldest one with that tag, deleted ones too. */
    async findRun(experimentIds: readonly string[], tag: MlflowPair): Promise<MlflowRun | undefined> {
      const { runs = [] } = await post<{ runs?: { info: Raw }[] }>('runs/search', {
        experiment_ids: experimentIds,
        filter: `tags.\`${tag.key}\` = '${tag.value.replaceAll("'", "''")}'`,
        run_view_type: 'ALL',
        order_by: ['attributes.start_time ASC'],
        max_results: 1,
      });
      return runs[0] && runOf(runs[0].info);
    },
    async createRun(run: {
      readonly experimentId: string;
      readonly name: string;
      readonly user: string;
      readonly startedAt: number;
      readonly tags: Readonly<Record<string, string>>;
    }): Promise<MlflowRun> {
      const made = await post<{ run: { info: Raw } }>('runs/create', {
        experiment_id: run.experimentId,
        run_name: run.name,
        user_id: run.user,
        start_time: run.startedAt,
        tags: Object.entries(run.tags).map(([key, value]) => ({ key, value })),
      });
      return runOf(made.run.info);
    },
    updateRun: (runId: string, change: { readonly status: string; readonly endedAt?: number }): Promise<unknown> =>
      post('runs/update', {
        run_id: runId,
        status: change.status,
        ...(change.endedAt !== undefined && { end_time: change.endedAt }),
      }),
    deleteRun: (runId: string): Promise<unknown> => post('runs/delete', { run_id: runId }),
    logBatch: (runId: string, batch: MlflowBatch): Promise<unknown> =>
      post('runs/log-batch', { run_id: runId, ...batch }),
    logDataset: (
      runId: string,
      dataset: { readonly name: string; readonly digest: string; readonly source: string; readonly context: string },
    ): Promise<unknown> =>
      post('runs/log-inputs', {
        run_id: runId,
        datasets: [
          {
            tags: [{ key: 'mlflow.data.context', value: dataset.context }],
            dataset: { name: dataset.name, digest: dataset.digest, source_type: 'sluice', source: dataset.source },
          },
        ],
      }),
    /** Every point of one metric. */
    async metricHistory(runId: string, key: string): Promise<readonly MlflowMetric[]> {
      const points: MlflowMetric[] = [];
      for (let token: string | undefined = ''; token !== undefined; ) {
        const page: { metrics?: MlflowMetric[]; next_page_token?: string } = await get('metrics/get-history', {
          run_id: runId,
          metric_key: key,
          max_results: '10000',
          ...(token !== '' && { page_token: token }),
        });
        points.push(...(page.metrics ?? []));
        token = page.next_page_token === '' ? undefined : page.next_page_token;
      }
      return points;
    },
    /** Through the tracking server's own artifact store. @param folder as `artifactFolder` gives it. */
    putFile: (folder: string, path: string, file: FileBody) => {
      const segments = `${folder}/${path}`.split('/').map(encodeURIComponent).join('/');
      return send({ method: 'PUT', path: `/api/2.0/mlflow-artifacts/artifacts/${segments}`, file });
    },
  };
}

/** Where a run's files go at the tracking server; undefined when the server leaves files to its clients (s3://, file:///). */
export function artifactFolder(artifactUri: string): string | undefined {
  const [, proxied] = /^mlflow-artifacts:(?:\/\/[^/]+)?\/+(.*)$/.exec(artifactUri) ?? [];
  const [, direct] = /^https?:\/\/.*\/api\/2\.0\/mlflow-artifacts\/artifacts\/(.*)$/.exec(artifactUri) ?? [];
  return (proxied ?? direct)?.replace(/\/+$/, '');
}

type Raw = Readonly<Record<string, string | undefined>>;

const runOf = (info: Raw): MlflowRun => ({
  runId: info['run_id']!,
  experimentId: info['experiment_id']!,
  artifactUri: info['artifact_uri'] ?? '',
  status: info['status'] ?? '',
  isDeleted: info['lifecycle_stage'] === 'deleted',
});

function authorizationOf({ token, username, password }: MlflowClientOptions): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  if (username === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password ?? ''}`).toString('base64')}`;
}

/** `/health` and `/version` answer plain text. */
function parsed(text: string): unknown {
  try {
    return text === '' ? {} : JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}
