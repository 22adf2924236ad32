import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { sluiceError } from '../../errors.ts';
import type { Call } from '../commands/command-kit.ts';
import { sizeText } from '../format/size.ts';
import { printDone } from '../reporters/print-done.ts';
import { withStack } from './with-stack.ts';

/** `sluice db backup FILE` */
export async function dbBackupVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: 'text' | 'json' }>();
  const file = resolve(invocation.cwd, args[0] ?? '');
  const folder = dirname(file);
  if (!existsSync(folder)) throw sluiceError('ERR_FILE_NOT_FOUND', { what: 'The folder', path: folder });
  await withStack(invocation, async ({ metadataStore }) => {
    const { bytes } = await metadataStore.backup(file);
    const facts = { file, bytes, schemaVersion: metadataStore.newestSchema };
    printDone(invocation, {
      output,
      facts,
      text: `Backed up ${metadataStore.location} to ${file} (${sizeText(bytes)}).`,
    });
  });
}
