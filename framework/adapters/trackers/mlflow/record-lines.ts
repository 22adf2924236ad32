import type { TrackerEntry } from '../../../components/metadata-store.ts';
import type { LogLine, Place, SpoolLine } from '../spool/spool-line.ts';
import { metricValue } from './batches.ts';
import type { Ledger, Speaker } from './ledger.ts';
import { paramText, tagText } from './safe-name.ts';

/** Points of one line: a line is read whole. */
const MOST_POINTS = 5000;

/** A step's entries as lines of the spool, under the names and without the repetitions that the ledger decides. */
export function recordLines(
  entries: readonly TrackerEntry[],
  { at, speaker, ledger }: { readonly at: Place; readonly speaker: Speaker; readonly ledger: Ledger },
): readonly SpoolLine[] {
  const params: [string, string][] = [];
  const tags: [string, string][] = [];
  const metrics: NonNullable<LogLine['metrics']>[number][] = [];
  const files: SpoolLine[] = [];
  for (const entry of entries) {
    switch (entry.kind) {
      case 'param': {
        const value = paramText(entry.value);
        const key = ledger.param(speaker, entry.name, value);
        if (key !== undefined) params.push([key, value]);
        break;
      }
      case 'tag':
        tags.push([ledger.key('tag', speaker, entry.name), tagText(entry.value)]);
        break;
      case 'metric': {
        const key = ledger.metric(speaker, entry.name, entry);
        if (key !== undefined) metrics.push([key, metricValue(entry.value), entry.time, Math.round(entry.step)]);
        break;
      }
      case 'artifact': {
        const { digest, size } = entry.artifact;
        files.push({ op: 'artifact', at, path: ledger.key('path', speaker, entry.name), digest, size });
        break;
      }
      case 'dataset': {
        const cut = entry.value.lastIndexOf('@');
        const [name, digest] = [entry.value.slice(0, cut), entry.value.slice(cut + 1)];
        files.push({ op: 'dataset', at, context: entry.name, name, digest });
        break;
      }
      default:
        entry satisfies never;
    }
  }
  const logs: LogLine[] = [];
  for (let start = 0; start === 0 || start < metrics.length; start += MOST_POINTS) {
    const some = metrics.slice(start, start + MOST_POINTS);
    const isFirst = start === 0;
    logs.push({
      op: 'log',
      at,
      ...(isFirst && params.length > 0 && { params }),
      ...(some.length > 0 && { metrics: some }),
      ...(isFirst && tags.length > 0 && { tags }),
    });
  }
  return [...logs.filter((line) => line.params ?? line.metrics ?? line.tags), ...files];
}

/** What a cached step shows of its origin: params, data sets and of each metric the last point; curves and files stay with the run that made them. */
export function finalEntries(entries: readonly TrackerEntry[]): readonly TrackerEntry[] {
  const last = new Map<string, Extract<TrackerEntry, { kind: 'metric' }>>();
  for (const entry of entries) {
    if (entry.kind !== 'metric') continue;
    const before = last.get(entry.name);
    if (!before || entry.step >= before.step) last.set(entry.name, entry);
  }
  return [...entries.filter(({ kind }) => kind === 'param' || kind === 'dataset'), ...last.values()];
}
