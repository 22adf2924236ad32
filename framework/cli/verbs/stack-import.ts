import { readFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { text as textOfStream } from 'node:stream/consumers';
import { sluiceError } from '../../errors.ts';
import { secretNames } from '../../stack/interpolate.ts';
import { findProject } from '../../stack/project.ts';
import { openSecrets } from '../../stack/secrets/secret-store.ts';
import { importStack } from '../../stack/stack-bundle.ts';
import { writeMissingSchemas } from '../../stack/stack-schema.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';

/** `sluice stack import FILE` */
export async function stackImportVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { name, output } = command.opts<{ readonly name?: string; readonly output: 'text' | 'json' }>();
  const [file = ''] = args;
  const { cwd, env } = invocation;
  const project = findProject(cwd, env);
  const text = file === '-' ? await textOfStream(process.stdin) : await textOfFile(resolve(cwd, file));
  const written = await importStack(project, { text, file, name });
  await writeMissingSchemas(project);
  const known = (await openSecrets(project.home).list()).map((secret) => secret.name);
  const missing = [...new Set(secretNames(text))].filter((secret) => !known.includes(secret));
  const lines = written.map((path) => `+ ${relative(cwd, path)}`);
  const ask = missing.map((secret) => `It asks for a secret: sluice secret set ${secret}`);
  printDone(invocation, {
    output,
    facts: { files: written, missingSecrets: missing },
    text: [...lines, ...ask].join('\n'),
  });
}

async function textOfFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw sluiceError('ERR_FILE_NOT_FOUND', { path, what: 'File' }, error);
  }
}
