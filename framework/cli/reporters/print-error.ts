import { ERRORS, type ErrorCode, SluiceError, sluiceError } from '../../errors.ts';
import type { ExitCode } from '../invocation.ts';
import type { Channel, Terminal } from './terminal.ts';

export interface ErrorOutput {
  readonly terminal: Terminal;
  /** `{ "error": { code, message, hint } }` instead of text. */
  readonly json: boolean;
  /** With the engine's own stack trace and the causes. */
  readonly debug: boolean;
}

/** What people are told of an error. */
export interface ErrorNotice {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  /** Frames of user code, one a line. */
  readonly stack?: string;
}

/** Prints any error on standard error and returns the exit code it asks for. */
export async function printError(error: unknown, { terminal, json, debug }: ErrorOutput): Promise<ExitCode> {
  const known = asSluiceError(error);
  // An error that is not ours comes from user code, or is a bug: either way the frames of user code say where.
  const foreign = known === error ? importFault(known) : error;
  const frames = foreign === undefined ? undefined : await userFrames(foreign);
  const notice: ErrorNotice = {
    code: known.code,
    message: known.message,
    hint: known.hint,
    ...(frames && { stack: frames }),
  };
  printNotice(notice, { channel: terminal.err, json });
  if (debug) terminal.err.line(terminal.err.colors.dim(traceOf(error)));
  return known.exitCode;
}

export function printNotice(
  notice: ErrorNotice,
  { channel, json }: { readonly channel: Channel; readonly json: boolean },
): void {
  if (json) {
    const { code, message, hint, stack } = notice;
    channel.line(
      JSON.stringify({ error: { code, message, hint, ...(stack !== undefined && { stack }) } }, undefined, 2),
    );
    return;
  }
  const { colors } = channel;
  channel.line(`${colors.red(`✗ ${notice.code}`)} ${notice.message}`);
  if (notice.stack) channel.line(colors.dim(indent(notice.stack)));
  if (notice.hint) channel.line(`  ${colors.cyan('→')} ${notice.hint.replaceAll('\n', '\n    ')}`);
}

const importFault = ({ code, cause }: SluiceError): unknown => (code === 'ERR_PIPELINE_IMPORT' ? cause : undefined);

/** Also knows an error of a second copy of the engine, which is no `instanceof` ours. */
function asSluiceError(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  const { code, hint, message } = (error ?? {}) as { code?: unknown; hint?: unknown; message?: unknown };
  if (typeof code === 'string' && Object.hasOwn(ERRORS, code) && typeof hint === 'string') {
    return new SluiceError(code as ErrorCode, String(message), hint, { cause: error });
  }
  return sluiceError('ERR_UNEXPECTED', { message: nameAndMessage(error) }, error);
}

/** The engine is loaded for it only then: most errors are about the command line, and every start of the command reads this file. */
async function userFrames(error: unknown): Promise<string | undefined> {
  const { storedError } = await import('../../executor/stored-error.ts');
  return storedError(error).stack;
}

function nameAndMessage(error: unknown): string {
  if (!(error instanceof Error)) return `Something was thrown that is no Error: ${String(error)}`;
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}

function traceOf(error: unknown): string {
  const lines: string[] = [];
  for (let at = error; at instanceof Error && lines.length < 10; at = at.cause) {
    lines.push(`${lines.length > 0 ? 'caused by ' : ''}${at.stack ?? at.message}`);
  }
  return lines.join('\n');
}

const indent = (text: string): string => text.replaceAll(/^\s*/gm, '    ');
