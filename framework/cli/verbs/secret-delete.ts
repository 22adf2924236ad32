import { sluiceError } from '../../errors.ts';
import { nearest } from '../../nearest.ts';
import { findProject } from '../../stack/project.ts';
import { openSecrets } from '../../stack/secrets/secret-store.ts';
import { secretUsers } from '../../stack/secrets/secret-users.ts';
import type { Call } from '../commands/command-kit.ts';
import { printDone } from '../reporters/print-done.ts';

/** `sluice secret delete NAME…` */
export async function secretDeleteVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output, force = false } = command.opts<{ readonly output: 'text' | 'json'; readonly force?: boolean }>();
  const project = findProject(invocation.cwd, invocation.env);
  const secrets = openSecrets(project.home);
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
  const users = force ? new Map<string, readonly string[]>() : await secretUsers(project);
  for (const name of args) {
    if (!users.has(name)) continue;
    const fix = 'Change what names it first, or forget it all the same with --force.';
    throw sluiceError('ERR_IN_USE', { what: `Secret ${name}`, users: users.get(name) ?? [], fix });
  }
  for (const name of args) await secrets.delete(name);
  printDone(invocation, { output, facts: { deleted: args }, text: `Forgot ${args.join(', ')}.` });
}
