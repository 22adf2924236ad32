import type { Stack } from '../../components/stack.ts';
import { sluiceError } from '../../errors.ts';
import type { RunRecord } from '../../model/run.ts';
import { isFinal } from '../../model/status.ts';
import { type PushProgress, type PushReport, pushArtifacts } from '../../stack/push-artifacts.ts';
import type { Call } from '../commands/command-kit.ts';
import { sizeText } from '../format/size.ts';
import type { Invocation } from '../invocation.ts';
import { findArtifact } from '../views/find-artifact.ts';
import { findRun } from '../views/find-run.ts';
import { withStack } from './with-stack.ts';

interface Options {
  readonly to: string;
  readonly from?: string;
  readonly run?: readonly string[];
  readonly all?: boolean;
  readonly dryRun?: boolean;
  readonly output: 'text' | 'json';
}

/** `sluice artifacts push [RUN|ARTIFACT…] --to STACK` */
export async function artifactsPushVerb({ invocation, args, command }: Call): Promise<undefined> {
  const options = command.opts<Options>();
  const references = [...args, ...(options.run ?? [])];
  if (references.length === 0 && !options.all) {
    throw sluiceError('ERR_USAGE', {
      message: 'There is nothing to push.',
      hint: 'Name runs or artifacts, or say --run latest or --all.',
    });
  }
  await withStack({ ...invocation, stack: options.from ?? invocation.stack }, async (from) => {
    if (from.name === options.to) {
      throw sluiceError('ERR_USAGE', {
        message: `The stack ${from.name} can not be pushed to itself.`,
        hint: 'Say --from STACK, or another --to STACK.',
      });
    }
    const runs = options.all ? await endedRuns(from) : await namedRuns(from, references);
    await withStack({ ...invocation, stack: options.to }, async (to) => {
      const { dryRun = false } = options;
      const show = progressLine(invocation, options.output === 'json');
      const report = await pushArtifacts({ from, to, runs: runs.map(({ id }) => id), dryRun, onProgress: show.update });
      show.end();
      const { out } = invocation.terminal;
      if (options.output === 'json')
        out.line(JSON.stringify({ from: from.name, to: to.name, dryRun, ...report }, undefined, 2));
      else for (const line of reportLines(report, { to: to.name, dryRun })) out.line(line);
    });
  });
}

/** The oldest first, so that what others are based on comes before them. */
const byAge = (runs: Iterable<RunRecord>): readonly RunRecord[] =>
  [...runs].sort((a, b) => a.createdAt - b.createdAt || a.id.localeCompare(b.id));

async function endedRuns({ metadataStore }: Stack): Promise<readonly RunRecord[]> {
  const runs: RunRecord[] = [];
  for (let after: string | null | undefined; after !== null; ) {
    const { items, next } = await metadataStore.listRuns({ limit: 500, ...(after === undefined ? {} : { after }) });
    runs.push(...items.filter(({ status }) => isFinal(status)));
    after = next;
  }
  return byAge(runs);
}

/** Runs by name, and for an artifact the newest run that made it: without its record nobody there would know what it is. */
async function namedRuns({ metadataStore }: Stack, references: readonly string[]): Promise<readonly RunRecord[]> {
  const runs = new Map<string, RunRecord>();
  for (const reference of references) {
    const isRun = (await metadataStore.findRun(reference)) !== undefined;
    const run = await (isRun ? findRun : runOfArtifact)(metadataStore, reference);
    if (!isFinal(run.status)) {
      throw sluiceError('ERR_USAGE', {
        message: `Run ${run.name} is ${run.status} and can not be pushed.`,
        hint: 'Push it when it has ended.',
      });
    }
    runs.set(run.id, run);
  }
  return byAge(runs.values());
}

async function runOfArtifact(store: Stack['metadataStore'], reference: string): Promise<RunRecord> {
  const isArtifact = reference.includes(':') || /^[0-9a-f]{4,64}$/.test(reference);
  const made = isArtifact ? (await findArtifact(store, reference)).made : [];
  return findRun(store, made[0]?.runId ?? reference);
}

function reportLines(report: PushReport, { to, dryRun }: { readonly to: string; readonly dryRun: boolean }): string[] {
  const { objects, bytes, wanted, runs, entries, incomplete } = report;
  const known = wanted - objects;
  const names = runs.length > 5 ? `${runs.length} runs` : runs.map(({ name }) => name).join(', ');
  const moved = `${objects} of ${counted(wanted, 'object')} (${sizeText(bytes)})`;
  return [
    `${dryRun ? 'Would push' : 'Pushed'} ${names || 'nothing'} to ${to}: ${moved}, ${counted(entries, 'cache entry', 'cache entries')}${known > 0 ? `; ${counted(known, 'object was', 'objects were')} there` : ''}.`,
    ...(incomplete > 0
      ? [
          `${counted(incomplete, 'cache entry stays', 'cache entries stay')}: this stack no longer has all of the bytes.`,
        ]
      : []),
  ];
}

const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/** One line that is drawn over, on a terminal only. */
function progressLine({ terminal, quiet }: Invocation, isJson: boolean) {
  const { err } = terminal;
  const isShown = err.isTerminal && !quiet && !isJson;
  return {
    update({ objects, bytes, doneObjects, doneBytes }: PushProgress): void {
      if (isShown && objects > 0) {
        err.write(`\r${doneObjects}/${objects} objects, ${sizeText(doneBytes)} of ${sizeText(bytes)}\u001b[K`);
      }
    },
    end(): void {
      if (isShown) err.write('\r\u001b[K');
    },
  };
}
