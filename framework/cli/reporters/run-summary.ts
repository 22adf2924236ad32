import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import { runReference } from '../../model/run-reference.ts';
import { STATUSES } from '../../model/status.ts';
import { shellWord } from '../../shell-word.ts';
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
  const values = shortValues(run.result).flatMap(([name, texts]) =>
    texts.map((text, i) => {
      const label = i === 0 ? colors.dim(name) : ' '.repeat(name.length);
      return `  ${name === '' ? '' : `${label} `}${text}`;
    }),
  );
  const files = filesOf(run, steps);
  const shown = files.slice(0, MOST_FILES).map(({ label, size, reference }) => {
    return `  ${label} ${colors.dim(`${sizeText(size)} ·`)} sluice artifacts get ${shellWord(reference)}`;
  });
  const more = files.length - shown.length;
  const rest = unshown(run.result);
  return [
    ...values,
    ...(rest === '' ? [] : [colors.dim(`  ${rest}: sluice runs show ${runReference(run)} --output yaml`)]),
    ...shown,
    ...(more > 0 ? [colors.dim(`  and ${more} more: sluice artifacts list --run ${runReference(run)}`)] : []),
  ];
}

/** What of a result is short enough to be read here, line by line: itself, or its top-level fields. Sentences have a line each, figures share one, other lists are JSON. */
function shortValues(result: unknown): [string, readonly string[]][] {
  const whole = shortText(result);
  if (whole !== undefined) return [['', [whole]]];
  if (result === null || typeof result !== 'object' || Array.isArray(result)) return [];
  return Object.entries(result).flatMap(([name, value]): [string, readonly string[]][] => {
    const texts = fieldTexts(value);
    return texts === undefined ? [] : [[name, [texts].flat()]];
  });
}

const fieldTexts = (value: unknown): string | readonly string[] | undefined =>
  sentences(value) ?? figures(value) ?? shortText(value);

/** Names of the fields that are too long to be read here; those with files are told of as files, and null has nothing to tell. */
function unshown(result: unknown): string {
  if (result === null || result === undefined || shortText(result) !== undefined) return '';
  if (typeof result !== 'object' || Array.isArray(result)) return holdsFiles(result) ? '' : 'its result';
  const isTold = (value: unknown): boolean =>
    value === null || value === undefined || fieldTexts(value) !== undefined || holdsFiles(value);
  return Object.entries(result)
    .flatMap(([name, value]) => (isTold(value) ? [] : [name]))
    .join(', ');
}

const holdsFiles = (value: unknown): boolean => JSON.stringify(value).includes('"digest"');

const LONGEST_VALUE = 200;
const MOST_SENTENCES = 5;
const MOST_FIGURES = 8;

/** A few texts that are no mere words: reasons, warnings. */
function sentences(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_SENTENCES) return undefined;
  const isSentence = (item: unknown): boolean => typeof item === 'string' && item.includes(' ') && !item.includes('\n');
  return value.every(isSentence) ? value : undefined;
}

/** `mAP50 0.8123 · recall 0.75`, of an object of numbers. */
function figures(value: unknown): string | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const entries = Object.entries(value);
  const isFigures = entries.length > 0 && entries.every(([, figure]) => Number.isFinite(figure));
  if (!isFigures || entries.length > MOST_FIGURES) return undefined;
  return entries.map(([name, figure]) => `${name} ${Number(Number(figure).toPrecision(4))}`).join(' · ');
}

function shortText(value: unknown): string | undefined {
  const isShown = ['string', 'number', 'boolean'].includes(typeof value) || Array.isArray(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return isShown && text.length <= LONGEST_VALUE && !text.includes('"digest"') ? text : undefined;
}
