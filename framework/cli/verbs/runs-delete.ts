import { createInterface } from 'node:readline/promises';
import type { MetadataStore } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import type { RunRecord } from '../../model/run.ts';
import { runReference } from '../../model/run-reference.ts';
import { isFinal } from '../../model/status.ts';
import type { Call } from '../commands/command-kit.ts';
import type { ExitCode } from '../invocation.ts';
import { findRun } from '../views/find-run.ts';
import { withStack } from './with-stack.ts';

/** `sluice runs delete RUN…` */
export async function runsDeleteVerb({ invocation, args, command }: Call): Promise<ExitCode> {
  const { yes = false } = command.opts<{ readonly yes?: boolean }>();
  return withStack(invocation, async ({ metadataStore }) => {
    const runs = await namedRuns(metadataStore, args);
    const names = runs.map(({ name }) => name).join(', ');
    const { out } = invocation.terminal;
    if (!yes) {
      if (!out.isTerminal || !process.stdin.isTTY) {
        throw sluiceError('ERR_USAGE', {
          message: `Deleting ${names} has to be confirmed, and there is no terminal to ask on.`,
          hint: 'Say --yes.',
        });
      }
      if (!(await confirmed(`Delete the record of ${names}? [y/N] `))) return 130;
    }
    for (const { id } of runs) await metadataStore.deleteRun(id);
    if (!invocation.quiet) out.line(`Deleted ${names}. Artifacts and cache entries stay.`);
    return 0;
  });
}

/** All of them found, and ended, before the first one goes. */
async function namedRuns(store: MetadataStore, references: readonly string[]): Promise<readonly RunRecord[]> {
  const runs = new Map<string, RunRecord>();
  for (const reference of references) {
    const run = await findRun(store, reference);
    runs.set(run.id, run);
    if (!isFinal(run.status)) {
      throw sluiceError('ERR_USAGE', {
        message: `Run ${run.name} is ${run.status} and can not be deleted.`,
        hint: `sluice runs cancel ${runReference(run)} stops it first.`,
      });
    }
  }
  return [...runs.values()];
}

async function confirmed(question: string): Promise<boolean> {
  const prompt = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await prompt.question(question)).trim());
  } finally {
    prompt.close();
  }
}
