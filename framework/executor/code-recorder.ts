import type { MetadataStore } from '../components/metadata-store.ts';
import type { RunRecord } from '../model/run.ts';
import { secretValues } from '../secret-values.ts';
import { gitDiff } from './git-diff.ts';
import { lockedPackages } from './locked-packages.ts';
import { messageOf } from './stored-error.ts';

/** Finds out what the code of a run was, beside its steps. */
export interface CodeRecorder {
  /** From the first step that runs on; a run that is served from the cache made nothing that a diff could explain. */
  start(): void;
  /** What was found is in the store. Never rejects: a run is none the worse for it. */
  recorded(): Promise<void>;
}

/** Asks git and the lockfile once, in the background. */
export function createCodeRecorder(options: {
  readonly run: Pick<RunRecord, 'id' | 'git'>;
  readonly store: Pick<MetadataStore, 'keepCodeState'>;
  readonly projectDir: string;
}): CodeRecorder {
  let recording: Promise<void> | undefined;
  return {
    start() {
      recording ??= record(options).catch((error: unknown) =>
        process.emitWarning(`Sluice: the state of the code was not recorded: ${messageOf(error)}`),
      );
    },
    recorded: async () => recording,
  };
}

async function record({ run, store, projectDir }: Parameters<typeof createCodeRecorder>[0]): Promise<void> {
  const git = run.git ?? null;
  const [diff, packages] = await Promise.all([git && gitDiff(projectDir), lockedPackages(projectDir)]);
  if (!diff && Object.keys(packages).length === 0) return;
  const text = diff?.text ?? '';
  await store.keepCodeState(run.id, {
    git: git && { ...git, dirty: diff ? text !== '' : null },
    diff: text === '' ? null : secretValues.mask(text),
    isDiffCut: diff?.isCut ?? false,
    packages,
  });
}
