import type { Flavor } from '../../stack/flavor.ts';
import { holdsReference, secretNames } from '../../stack/interpolate.ts';
import type { Project } from '../../stack/project.ts';
import { openSecrets } from '../../stack/secrets/secret-store.ts';
import { URL_PASSWORD } from '../../stack/shown-options.ts';
import type { Invocation } from '../invocation.ts';

/** Whether a value tells a secret: in plain text, and not only an address. */
const tells = (value: unknown): boolean =>
  typeof value === 'string' && /^[a-z+]+:\/\//i.test(value) ? URL_PASSWORD.test(value) : !holdsReference(value);

/** A secret that a component asks for and that this machine does not have: it can come later, and until then nothing opens. */
export async function warnOfMissingSecrets(
  options: Readonly<Record<string, unknown>>,
  { home }: Pick<Project, 'home'>,
  { terminal, quiet }: Invocation,
): Promise<void> {
  const known = new Set((await openSecrets(home).list()).map(({ name }) => name));
  const missing = [...new Set(secretNames(options))].filter((name) => !known.has(name));
  if (missing.length === 0 || quiet) return;
  const { line, colors } = terminal.err;
  line(`${colors.yellow('!')} This machine has no secret ${missing.join(', ')} yet: sluice secret set ${missing[0]}.`);
}

/** A password that was typed as a flag stands in the shell's history and in a file: it works, and is pointed out. */
export function warnOfPlainSecrets(
  flavor: Flavor,
  options: Readonly<Record<string, unknown>>,
  { terminal, quiet }: Invocation,
): void {
  const plain = (flavor.secretOptions ?? []).filter((name) => name in options && tells(options[name]));
  if (plain.length === 0 || quiet) return;
  const { line, colors } = terminal.err;
  const [first] = plain;
  line(
    `${colors.yellow('!')} ${plain.join(', ')}: written in plain text. Better: sluice secret set NAME, then update it to --${first} '\${secret:NAME}'.`,
  );
}
