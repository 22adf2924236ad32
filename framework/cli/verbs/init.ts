import { relative, resolve } from 'node:path';
import type { Call } from '../commands/command-kit.ts';
import { writeProject } from '../init/write-project.ts';

/** `sluice init [DIR]` */
export async function initVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { force = false } = command.opts<{ readonly force?: boolean }>();
  const dir = resolve(invocation.cwd, args[0] ?? '.');
  const { written, kept } = await writeProject({ dir, force });
  if (invocation.quiet) return;
  const { out } = invocation.terminal;
  const { colors } = out;
  const shown = relative(invocation.cwd, dir);
  for (const file of written) out.line(`${colors.green('+')} ${file}`);
  for (const file of kept) out.line(`${colors.dim('=')} ${file} ${colors.dim('(was there, left as it is)')}`);
  out.line();
  out.line('Next:');
  if (shown !== '') out.line(`  cd ${/\s/.test(shown) ? `"${shown}"` : shown}`);
  out.line('  npm install');
  out.line('  npm start');
}
