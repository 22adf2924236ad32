import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SluiceError, sluiceError } from '../errors.ts';
import type { StoredError } from '../model/run.ts';
import { secretValues } from '../secret-values.ts';
import { errorExcerpt } from './error-excerpt.ts';
import { missingPackage } from './missing-package.ts';
import { WorkerStepError } from './worker-step-error.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const SOURCE = /^(.*[\\/]framework)[\\/]executor$/.exec(HERE)?.[1];
/** Where the engine's own code lies: `framework/`; and `dist/` when built, whose frames are shown as the lines of `framework/` they come from. */
const ENGINE = SOURCE === undefined ? [HERE, join(HERE, '..', 'framework')] : [SOURCE];

/** An error as it is stored and shown: code, words, and the frames of the user's code; secrets masked. */
export const storedError = (error: unknown): StoredError => secretValues.maskDeep(errorData(error));

function errorData(error: unknown): StoredError {
  if (error instanceof WorkerStepError) return error.stored;
  const missing = missingPackage(error);
  if (missing) {
    const { code, message, hint } = sluiceError('ERR_PACKAGE_MISSING', missing);
    return { code, message, hint };
  }
  // Bad input is told in words: the lines of the step that found it would only stand in the way.
  const isInput = error instanceof SluiceError && error.code === 'ERR_INPUT';
  const stack = isInput ? undefined : userStack(error);
  const excerpt = stack === undefined ? undefined : errorExcerpt(stack.split('\n'));
  const common = {
    message: messageOf(error),
    ...(stack === undefined ? {} : { stack }),
    ...(excerpt === undefined ? {} : { excerpt }),
  };
  if (!(error instanceof SluiceError)) return { code: 'ERR_STEP_FAILED', ...common };
  return { code: error.code, hint: error.hint, ...common };
}

export const isCancelled = (error: unknown): boolean => storedCode(error) === 'ERR_CANCELLED';

function storedCode(error: unknown): string {
  if (error instanceof WorkerStepError) return error.stored.code;
  return error instanceof SluiceError ? error.code : 'ERR_STEP_FAILED';
}

/** Never empty: a step may throw anything. */
export const messageOf = (error: unknown): string => secretValues.mask(messageText(error));

function messageText(error: unknown): string {
  if (error instanceof SluiceError) return error.message;
  if (error instanceof Error) {
    const { name, message } = error;
    if (message === '') return name;
    // `x is not a function` is half a message without the class.
    return name === 'Error' || message.startsWith(name) ? message : `${name}: ${message}`;
  }
  if (typeof error === 'string') return error;
  const json = JSON.stringify(error) as string | undefined;
  return `it threw ${json ?? String(error)}`;
}

const LONGEST_CHAIN = 5;

/** The frames of an error and of its causes that are the user's own. A cause that is nothing but the message again is left out. */
function userStack(error: unknown): string | undefined {
  const blocks: string[] = [];
  let at: unknown = error;
  for (let depth = 0; at instanceof Error && depth < LONGEST_CHAIN; depth++, at = at.cause) {
    const frames = userFrames(at.stack ?? '');
    const title = depth === 0 ? [] : [`caused by ${at.name}: ${at.message}`];
    if (frames.length > 0) blocks.push([...title, ...frames].join('\n'));
  }
  return blocks.length === 0 ? undefined : blocks.join('\n');
}

/** Frames outside Node, the engine and node_modules; if there are none, the package's own frame is better than nothing. */
function userFrames(stack: string): string[] {
  const frames = stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .map((line) => line.trimEnd().replace(/file:\/\/[^\s)]+?(?=:\d+:\d+)/g, pathOfUrl))
    .filter(
      (line) =>
        !/\(?node:|<anonymous>|\(native\)|Promise\.\w+ \(index/.test(line) &&
        !ENGINE.some((folder) => line.includes(folder)),
    );
  const own = frames.filter((line) => !/[\\/]node_modules[\\/]/.test(line));
  return own.length > 0 ? own : frames.slice(0, 1);
}

function pathOfUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    // A URL of a form that Node doesn't take for a file, such as one with a host: shown as it stands.
    return url;
  }
}
