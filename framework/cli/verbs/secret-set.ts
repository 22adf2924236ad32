import { text } from 'node:stream/consumers';
import { sluiceError } from '../../errors.ts';
import { SHORTEST_MASKED } from '../../secret-values.ts';
import { checkName } from '../../stack/check-name.ts';
import { findProject } from '../../stack/project.ts';
import { openSecrets } from '../../stack/secrets/secret-store.ts';
import type { Call } from '../commands/command-kit.ts';
import { askHidden } from '../reporters/ask-hidden.ts';
import { printDone } from '../reporters/print-done.ts';

/** `sluice secret set NAME`: the value comes from the terminal, from a pipe or from a variable. */
export async function secretSetVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { fromEnv, output } = command.opts<{ readonly fromEnv?: string; readonly output: 'text' | 'json' }>();
  const { cwd, env, quiet, terminal } = invocation;
  const [name = ''] = args;
  checkName('secret', name);
  const value = fromEnv === undefined ? await askedValue(name) : variable(fromEnv, env);
  if (value === '') {
    throw sluiceError('ERR_USAGE', {
      message: `The value of ${name} is empty.`,
      hint: 'Type it when asked, or send it through a pipe.',
    });
  }
  const secrets = openSecrets(findProject(cwd, env).home);
  const replaced = await secrets.set(name, value);
  if (value.length < SHORTEST_MASKED && !quiet) {
    const { line, colors } = terminal.err;
    line(
      `${colors.yellow('!')} A value of fewer than ${SHORTEST_MASKED} characters can't be masked in what steps print.`,
    );
  }
  const said = replaced ? `Replaced secret ${name}.` : `Keeps secret ${name}.`;
  printDone(invocation, { output, facts: { name, replaced }, text: `${said} A stack names it as \${secret:${name}}.` });
}

/** One line's end is the pipe's, not the value's. */
const askedValue = async (name: string): Promise<string> =>
  process.stdin.isTTY ? askHidden(`Value of ${name}: `) : (await text(process.stdin)).replace(/\r?\n$/, '');

function variable(name: string, env: NodeJS.ProcessEnv): string {
  const value = env[name];
  if (value !== undefined) return value;
  throw sluiceError('ERR_USAGE', {
    message: `--from-env: the environment variable ${name} is not set.`,
    hint: 'Export it first, or leave the flag out and be asked.',
  });
}
