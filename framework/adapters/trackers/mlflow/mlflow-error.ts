/**
 * What went wrong between us and the server, by what to do about it.
 * - `unreachable`: no answer, or one of a proxy: later, and nothing else before.
 * - `busy`: it answers, but can't do this now (429, 5xx): later.
 * - `unauthorized`: later, when somebody has mended the credentials.
 * - `refused`: never; sending the same again is answered the same.
 */
export type MlflowFault = 'unreachable' | 'busy' | 'unauthorized' | 'refused';

export class MlflowError extends Error {
  override readonly name = 'MlflowError';
  constructor(
    readonly fault: MlflowFault,
    message: string,
    /** MLflow's own, such as `RESOURCE_DOES_NOT_EXIST`. */
    readonly code?: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  static ofAnswer(status: number, body: string, request: string): MlflowError {
    const { code, message } = faultIn(body);
    const text = `${request} was answered ${status}${message === '' ? '' : `: ${message}`}`;
    if (status === 401 || status === 403) return new MlflowError('unauthorized', text, code);
    if (status === 408 || status === 425 || status === 429 || status >= 500) return new MlflowError('busy', text, code);
    // Without MLflow's own words it is a proxy's or another program's answer.
    return new MlflowError(code === undefined && status !== 413 ? 'unreachable' : 'refused', text, code);
  }

  static ofFailure(error: unknown, reason?: string): MlflowError {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const code = (cause as NodeJS.ErrnoException).code;
    const message = reason ?? code ?? (cause instanceof Error ? cause.message : String(cause));
    return new MlflowError('unreachable', message, undefined, { cause: error });
  }
}

const LONGEST = 400;

function faultIn(body: string): { readonly code: string | undefined; readonly message: string } {
  try {
    const { error_code: code, message } = JSON.parse(body) as { error_code?: string; message?: string };
    return { code, message: String(message ?? '').slice(0, LONGEST) };
  } catch (error) {
    if (error instanceof SyntaxError) return { code: undefined, message: '' };
    throw error;
  }
}
