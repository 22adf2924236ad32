import { resolve } from 'node:path';
import { sluiceError } from '../../errors.ts';
import { createFile, replaceFile } from '../../stack/files/write-file.ts';
import { findProject } from '../../stack/project.ts';
import { exportStack } from '../../stack/stack-bundle.ts';
import type { Call } from '../commands/command-kit.ts';

/** `sluice stack export STACK [FILE]` */
export async function stackExportVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { force = false } = command.opts<{ readonly force?: boolean }>();
  const { cwd, env, quiet, terminal } = invocation;
  const [name = '', file] = args;
  const text = await exportStack(findProject(cwd, env), name);
  if (file === undefined || file === '-') {
    terminal.out.write(text);
    return undefined;
  }
  const path = resolve(cwd, file);
  if (force) await replaceFile(path, text);
  else if (!(await createFile(path, text))) {
    throw sluiceError('ERR_FILE_EXISTS', { path, hint: 'Name another file, or overwrite it with --force.' });
  }
  if (!quiet) terminal.out.line(`Wrote stack ${name} to ${file}. Secrets are named in it, and not told.`);
  return undefined;
}
