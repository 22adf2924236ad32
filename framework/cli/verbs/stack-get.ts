import { existsSync } from 'node:fs';
import { findProject } from '../../stack/project.ts';
import { activeStackFile, activeStackName } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';

/** `sluice stack get`: the name alone in a pipe, so that scripts can use it. */
export async function stackGetVerb({ invocation, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: 'text' | 'json' }>();
  const { cwd, env, stack, terminal } = invocation;
  const project = findProject(cwd, env);
  const name = activeStackName(project, stack, env);
  const because = stack !== undefined ? '--stack' : (reasonOf(env, existsSync(activeStackFile(project))) as string);
  const { out } = terminal;
  if (output === 'json') out.line(JSON.stringify({ active: name, because }, undefined, 2));
  else out.line(out.isTerminal ? `${name} ${out.colors.dim(`(${because})`)}` : name);
}

function reasonOf(env: NodeJS.ProcessEnv, isSet: boolean): string {
  if (env['SLUICE_STACK'] !== undefined) return 'SLUICE_STACK';
  return isSet ? 'sluice stack set' : 'default';
}
