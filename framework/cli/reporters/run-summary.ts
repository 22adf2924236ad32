import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import { STATUSES } from '../../model/status.ts';
import { durationBetween, durationText } from '../format/duration.ts';
import { sizeText } from '../format/size.ts';
import { filesOf } from '../views/result-files.ts';
import { statusColor, statusMark } from './status-mark.ts';
import type { Colors } from './terminal.ts';

const WORD: Readonly<Partial<Record<string, string>>> = { succeeded: 'ran', pending: 'not reached' };

/** The last lines of a run: how it ended, how many steps were cached and ran, how long it took, and what files came out. */
export function runSummary(run: RunRecord, steps: readonly StepRunRecord[], colors: Colors): readonly string[] {
  const counts = STATUSES.flatMap((status) => {
    const count = steps.filter((step) => step.status === status).length;
    return count > 0 ? [`${count} ${WORD[status] ?? status}`] : [];
  });
  const facts = [durationText(durationBetween(run.startedAt, run.endedAt)), ...counts, run.id];
  const head = `${statusMark(run.status, colors)} ${runTitle(run, colors)} ${statusColor(run.status, colors)(run.status)}`;
  const lines = [`${head} ${colors.dim(`· ${facts.join(' · ')}`)}`];
  if (run.status === 'succeeded' || run.status === 'cached') lines.push(...resultLines(run, steps, colors));
  return lines;
}

/** Pipeline and run; a run that has no name of its own is called after its pipeline. */
export const runTitle = ({ pipeline, name }: RunRecord, colors: Colors): string =>
  name.startsWith(pipeline) ? colors.bold(name) : `${colors.bold(pipeline)} ${name}`;

const MOST_FILES = 8;

/** Plain figures of the result, then its files with the command that fetches them. */
function resultLines(run: RunRecord, steps: readonly StepRunRecord[], colors: Colors): string[] {
  const values = scalarsOf(run.result).map(([name, text]) => `  ${name === '' ? '' : `${colors.dim(name)} `}${text}`);
  const files = filesOf(run, steps);
  const shown = files.slice(0, MOST_FILES).map(({ label, size, reference }) => {
    return `  ${label} ${colors.dim(`${sizeText(size)} ·`)} sluice artifacts get ${reference}`;
  });
  const more = files.length - shown.length;
  return [
    ...values,
    ...shown,
    ...(more > 0 ? [colors.dim(`  and ${more} more: sluice artifacts list --run ${run.name}`)] : []),
  ];
}

/** Top-level text, numbers and booleans of a result, in order; the result itself when it is one. */
function scalarsOf(result: unknown): [string, string][] {
  const isScalar = (value: unknown): value is string | number | boolean =>
    ['string', 'number', 'boolean'].includes(typeof value) && String(value).length <= 200;
  if (isScalar(result)) return [['', String(result)]];
  if (result === null || typeof result !== 'object' || Array.isArray(result)) return [];
  return Object.entries(result).flatMap(([name, value]) => (isScalar(value) ? [[name, String(value)]] : []));
}
