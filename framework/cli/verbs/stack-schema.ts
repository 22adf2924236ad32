import { relative } from 'node:path';
import { findProject } from '../../stack/project.ts';
import { writeSchemas } from '../../stack/stack-schema.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';

/** `sluice stack schema` */
export async function stackSchemaVerb({ invocation, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: 'text' | 'json' }>();
  const files = await writeSchemas(findProject(invocation.cwd, invocation.env));
  const text = files.map((file) => `+ ${relative(invocation.cwd, file)}`).join('\n');
  printDone(invocation, { output, facts: { files }, text });
}
