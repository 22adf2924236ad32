import { HTTPException } from 'hono/http-exception';
import { ZodError } from 'zod';
import { SluiceError } from '../errors.ts';
import { messageOf } from '../executor/stored-error.ts';
import { FilterError } from '../filter/filter-error.ts';
import { secretValues } from '../secret-values.ts';
import type { Project } from '../stack/project.ts';
import type { ApiError } from './api/api-error.ts';
import { Refusal } from './security/check-request.ts';
import { hidePaths } from './views/hide-paths.ts';

export interface ApiFailure {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 421 | 500 | 503;
  readonly body: ApiError;
  /** Nobody foresaw it: whoever runs the server should see it. */
  readonly isFault: boolean;
}

const STATUSES: Readonly<Record<string, ApiFailure['status']>> = {
  ERR_NOT_FOUND: 404,
  ERR_PIPELINE_NOT_FOUND: 404,
  ERR_STACK_NOT_FOUND: 404,
  ERR_ARTIFACT_MISSING: 404,
  ERR_FILE_NOT_FOUND: 404,
  ERR_IN_USE: 409,
  ERR_STORE_BUSY: 503,
  ERR_STORE_WRITE: 503,
  ERR_STORE_UNREACHABLE: 503,
  ERR_STORE_REFUSED: 503,
};

/** An error as the API says it: code, message and way out, without stack trace, secrets and folders of this machine. */
export function apiFailure(error: unknown, project: Project): ApiFailure {
  const status = error instanceof Refusal ? error.status : undefined;
  const said = error instanceof Refusal ? error.cause : error;
  if (said instanceof FilterError) {
    const { code, message, hint, at, length } = said;
    return { status: 400, isFault: false, body: { error: { code, message, hint, at, length } } };
  }
  if (said instanceof SluiceError) {
    const { code, exitCode } = said;
    const text = (one: string): string => hidePaths(secretValues.mask(one), project);
    const known = status ?? STATUSES[code] ?? (exitCode === 2 || code === 'ERR_INPUT' ? 400 : 500);
    return {
      status: known,
      isFault: known === 500,
      body: { error: { code, message: text(said.message), hint: text(said.hint) } },
    };
  }
  if (said instanceof ZodError || (said instanceof HTTPException && said.status < 500)) {
    const message = said instanceof ZodError ? said.issues[0]?.message : said.message;
    const error = {
      code: 'ERR_USAGE',
      message: message || 'The request is not understood.',
      hint: '/api/docs tells what this address takes.',
    };
    return { status: 400, isFault: false, body: { error } };
  }
  return {
    status: 500,
    isFault: true,
    body: {
      error: {
        code: 'ERR_UNEXPECTED',
        message: 'The viewer could not do that.',
        hint: 'The terminal that `sluice viewer` runs in says why.',
      },
    },
  };
}

/** For that terminal. */
export const faultText = (error: unknown): string => secretValues.mask(messageOf(error));
