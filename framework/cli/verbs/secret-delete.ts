import { sluiceError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { findProject } from '../../stack/project.ts';
import { openSecrets } from '../../stack/secrets/secret-store.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';

/** `sluice secret delete NAME…` */
export async function secretDeleteVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: 'text' | 'json' }>();
  const secrets = openSecrets(findProject(invocation.cwd, invocation.env).home);
  const known = (await secrets.list()).map(({ name }) => name);
  const unknown = args.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const meant = nearest(unknown, known);
    const all = known.length > 0 ? `There are: ${known.join(', ')}.` : 'There are none.';
    throw sluiceError('ERR_NOT_FOUND', {
      what: 'secret',
      reference: unknown,
      hint: meant ? `Did you mean ${meant}?` : all,
    });
  }
  for (const name of args) await secrets.delete(name);
  printDone(invocation, { output, facts: { deleted: args }, text: `Forgot ${args.join(', ')}.` });
}
