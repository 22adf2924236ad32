import { format } from 'node:util';
import { type StepContext, stepContext } from '../authoring/step-context.ts';
import type { LogLine } from '../model/run.ts';
import type { StepReport } from './step-report.ts';

/** Console methods that write a line: its level, and the stream it would have gone to. */
const METHODS = {
  log: ['info', 'stdout'],
  info: ['info', 'stdout'],
  debug: ['debug', 'stdout'],
  warn: ['warn', 'stderr'],
  error: ['error', 'stderr'],
} as const satisfies Record<string, readonly [LogLine['level'], LogLine['source']]>;
type Method = keyof typeof METHODS;

const reports = new WeakMap<StepContext, StepReport>();
let users = 0;
let restore: (() => void) | undefined;

/**
 * While captured, `console.log` and its kind inside a step go to that step's log, whichever of several steps runs;
 * everywhere else they print as ever. Returns how to end it; the last one who ends it puts the console back.
 */
export function captureConsole(): () => void {
  users++;
  restore ??= patch();
  let active = true;
  return () => {
    if (!active) return;
    active = false;
    users--;
    if (users > 0) return;
    restore?.();
    restore = undefined;
  };
}

/** Tells the capture whose lines those of this context are. */
export const captureInto = (context: StepContext, report: StepReport): void => void reports.set(context, report);

function patch(): () => void {
  const target = globalThis.console;
  const originals = (Object.keys(METHODS) as Method[]).map((method) => [method, target[method]] as const);
  for (const [method, original] of originals) {
    const [level, source] = METHODS[method];
    target[method] = (...args: unknown[]): void => {
      const report = reports.get(stepContext());
      if (report) report.log({ time: Date.now(), level, source, message: format(...args) });
      else original.apply(target, args);
    };
  }
  return () => {
    for (const [method, original] of originals) target[method] = original;
  };
}
