import { setTimeout } from 'node:timers/promises';
import type { RunRecord } from '../../model/run.ts';
import type { ServerContext } from '../server-context.ts';

/** Whoever looks at a run does not wait longer for a link. */
const PATIENCE_MS = 5000;

/**
 * The page of a run, or of one of its steps, in the tracker; null when there is none, or its server does not answer: that is no fault of the viewer.
 * What a third-party tracker says is an address of a page, or nothing.
 */
export async function trackerPage(
  { stack }: Pick<ServerContext, 'stack'>,
  run: RunRecord,
  node: string | undefined,
): Promise<string | null> {
  const late = new AbortController();
  const found = stack.experimentTracker.findPage(run, node === '' ? undefined : node).catch(() => undefined);
  const page = await Promise.race([found, setTimeout(PATIENCE_MS, undefined, { ref: false, signal: late.signal })]);
  late.abort();
  return page !== undefined && /^https?:\/\//i.test(page) && URL.canParse(page) ? page : null;
}
