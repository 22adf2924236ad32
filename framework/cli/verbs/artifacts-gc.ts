import { sluiceError } from '../../errors.ts';
import { durationMs } from '../../executor/duration-ms.ts';
import { collectGarbage } from '../../gc/collect-garbage.ts';
import type { Debris, GarbageReport } from '../../gc/garbage-report.ts';
import { shortDigest } from '../../hashing/digest.ts';
import type { Materializer } from '../../materializers/materializer.ts';
import { findPipeline } from '../../stack/find-pipeline.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import { isoTime, relativeTime } from '../format/relative-time.ts';
import { sizeText } from '../format/size.ts';
import type { Invocation } from '../invocation.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import { withStack } from './with-stack.ts';

interface Options {
  readonly dryRun?: boolean;
  readonly olderThan: string;
  readonly pipeline?: readonly string[];
  readonly output: DocumentOutput;
}

/** Lines of objects that people are shown; programs get all. */
const SHOWN = 20;

/** `sluice artifacts gc` */
export async function artifactsGcVerb({ invocation, command }: Call): Promise<undefined> {
  const { dryRun = false, olderThan, pipeline = [], output } = command.opts<Options>();
  const olderThanMs = graceOf(olderThan);
  await withStack(invocation, async (stack) => {
    const materializers = await materializersOf(pipeline, invocation);
    const report = await collectGarbage({ stack, dryRun, olderThanMs, materializers });
    const channel = invocation.terminal.out;
    if (invocation.quiet && output === 'text') return;
    await printDocument({ json: reportJson(report), text: () => reportText(report, olderThan) }, { channel, output });
  });
}

function graceOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(s|m|h|d|w)$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) {
    throw sluiceError('ERR_USAGE', {
      message: `--older-than: expected a span of time, got "${text}".`,
      hint: 'Write a number and a unit: 30m, 12h, 7d, 2w; 0s takes everything that nothing keeps.',
    });
  }
  return unit === 'w'
    ? Number(number) * durationMs('7d')
    : durationMs(`${Number(number)}${unit as 's' | 'm' | 'h' | 'd'}`);
}

/** Those of pipelines that were named, for formats whose parts only they can find. */
async function materializersOf(names: readonly string[], { cwd, env }: Invocation): Promise<readonly Materializer[]> {
  const project = findProject(cwd, env);
  const found = new Map<string, Materializer>();
  for (const name of names) {
    const { definition } = await findPipeline(name, { project, cwd });
    for (const materializer of definition.materializers ?? []) found.set(materializer.format, materializer);
  }
  return [...found.values()];
}

const reportJson = ({ objects, before, running, ...report }: GarbageReport): object => ({
  ...report,
  before: isoTime(before),
  running: running.map(({ startedAt, ...executor }) => ({ ...executor, startedAt: isoTime(startedAt) })),
  objects: objects.map(({ modifiedAt, ...object }) => ({ ...object, modifiedAt: isoTime(modifiedAt) })),
});

function reportText(report: GarbageReport, olderThan: string): readonly string[] {
  const { dryRun, objects, debris, freed, kept, before, running } = report;
  const would = dryRun ? 'Would free' : 'Freed';
  const things = [counted(objects.length, 'object'), ...debrisCounts(debris)].join(', ');
  const [oldest] = running;
  const { young, ...by } = kept.by;
  const keepers = Object.entries({ ...by, young }).filter(([, { objects }]) => objects > 0);
  return [
    ...objects.slice(0, SHOWN).map(({ digest, size }) => `  ${shortDigest(digest)}  ${sizeText(size)}`),
    ...(objects.length > SHOWN ? [`  … ${objects.length - SHOWN} more: --output json lists all`] : []),
    ...debris.map(({ kind, name, size }) => `  ${kind} ${name}${size === undefined ? '' : `  ${sizeText(size)}`}`),
    `${would} ${sizeText(freed)}: ${things}.`,
    `${counted(kept.objects, 'object')} (${sizeText(kept.bytes)}) stay${kept.objects === 1 ? 's' : ''}.`,
    ...keepers.map(([name, amount]) => `  ${KEEPERS[name as keyof typeof KEEPERS]}: ${amountText(amount)}`),
    ...(oldest
      ? [
          `A run that began ${relativeTime(oldest.startedAt, Date.now())} (process ${oldest.pid} on ${oldest.host}) goes on: what is newer than it stays.`,
        ]
      : kept.by.young.objects + kept.by.released.objects > 0 && before < Date.now()
        ? [`What was made or let go within ${olderThan} stays: --older-than says otherwise.`]
        : []),
  ];
}

const KEEPERS = {
  run: 'made or used by runs',
  cache: 'results that can be used again',
  pin: 'pinned',
  released: 'let go only lately',
  young: 'kept by nothing, but new',
} as const;

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const amountText = ({ objects, bytes }: { readonly objects: number; readonly bytes: number }): string =>
  `${counted(objects, 'object')}, ${sizeText(bytes)}`;

function debrisCounts(debris: readonly Debris[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { kind } of debris) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) =>
    kind === 'laid-out copy' && count > 1 ? `${count} laid-out copies` : counted(count, kind),
  );
}
