import type { ApiError } from '../../server/api/api-error.ts';
import { takeEarly } from './early.ts';

/** What the server said no with, in its own words. */
export class RequestError extends Error {
  readonly status: number;
  readonly code: string;
  readonly hint: string;
  /** Where in a filter's text the fault is, in characters. */
  readonly at: number | undefined;

  constructor(status: number, { error }: ApiError) {
    super(error.message);
    this.name = 'RequestError';
    this.status = status;
    this.code = error.code;
    this.hint = error.hint;
    this.at = error.at;
  }
}

const UNREACHABLE: ApiError = {
  error: {
    code: 'ERR_UNREACHABLE',
    message: 'The viewer does not answer.',
    hint: 'Is it still running? `sluice viewer` starts it again; this page goes on by itself.',
  },
};

const isApiError = (value: unknown): value is ApiError =>
  typeof value === 'object' && value !== null && 'error' in value && typeof value.error === 'object';

async function failureOf(answer: Response): Promise<RequestError> {
  const said: unknown = await answer.json().catch(() => undefined);
  if (isApiError(said)) return new RequestError(answer.status, said);
  const message = `The viewer answered ${answer.status} ${answer.statusText}.`;
  return new RequestError(answer.status, { error: { code: 'ERR_UNEXPECTED', message, hint: '' } });
}

const ask = (path: string, init: RequestInit): Promise<Response> =>
  fetch(`/api${path}`, init).catch((reason: unknown) => {
    if (reason instanceof DOMException && reason.name === 'AbortError') throw reason;
    throw new RequestError(0, UNREACHABLE);
  });

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'PATCH';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/**
 * Asks the server for `Answer`, which its own types promise: both are built from one source, so nothing is checked again here.
 *
 * @throws RequestError whatever goes wrong, an unreachable server included.
 */
export async function request<Answer>(path: string, { method = 'GET', body, signal }: RequestOptions = {}) {
  const init: RequestInit = { method, headers: { accept: 'application/json' } };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
  }
  const early = method === 'GET' ? await takeEarly(path) : null;
  const answer = early ?? (await ask(path, init));
  if (!answer.ok) throw await failureOf(answer);
  return (await answer.json()) as Answer;
}
