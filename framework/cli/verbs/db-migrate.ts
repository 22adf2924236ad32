import { sluiceError } from '../../errors.ts';
import { openComponents } from '../../stack/open-components.ts';
import { findProject } from '../../stack/project.ts';
import { activeStackName, readStackConfig } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import type { ExitCode } from '../invocation.ts';
import { printDone } from '../reporters/print-done.ts';

interface Options {
  readonly check?: boolean;
  readonly output: 'text' | 'json';
}

/** `sluice db migrate`. Opens the record alone, for a stack is opened with its schema brought up to date. */
export async function dbMigrateVerb({ invocation, command }: Call): Promise<ExitCode> {
  const { check = false, output } = command.opts<Options>();
  const { cwd, env, stack } = invocation;
  const project = findProject(cwd, env);
  const config = await readStackConfig(project, activeStackName(project, stack, env));
  const { open, close } = openComponents(config, project);
  try {
    const store = await open('metadata_store');
    const { location, newestSchema: newest } = store;
    const found = await store.schemaVersion();
    if (found > newest) throw sluiceError('ERR_SCHEMA_NEWER', { store: location, found, known: newest });
    const isNewest = found === newest;
    if (!check && !isNewest) await store.migrate();
    const text = isNewest
      ? `${location} has schema version ${newest}, the newest that this Sluice knows.`
      : check
        ? `${location} has schema version ${found}; this Sluice brings it to ${newest}: sluice db migrate.`
        : `Brought ${location} from schema version ${found} to ${newest}.`;
    printDone(invocation, { output, facts: { found, newest, migrated: !check && !isNewest }, text });
    return check && !isNewest ? 1 : 0;
  } finally {
    await close();
  }
}
