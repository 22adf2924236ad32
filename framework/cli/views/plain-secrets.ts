import type { Flavor } from '../../stack/flavor.ts';
import { holdsReference } from '../../stack/interpolate.ts';
import type { Invocation } from '../invocation.ts';

/** Options as they may be shown: what the flavor calls secret is hidden, unless it is a reference; so is the password in a URL. */
export function shownOptions(flavor: Flavor | undefined, options: Readonly<Record<string, unknown>>): object {
  const hidden = new Set(flavor?.secretOptions ?? []);
  const entries = Object.entries(options).map(([name, value]) => {
    if (hidden.has(name) && !holdsReference(value)) return [name, '***'];
    return [name, typeof value === 'string' ? value.replace(/(?<=:\/\/[^/@\s]*:)(?!\$\{)[^/@\s]+(?=@)/, '***') : value];
  });
  return Object.fromEntries(entries);
}

/** A password that was typed as a flag stands in the shell's history and in a file: it works, and is pointed out. */
export function warnOfPlainSecrets(
  flavor: Flavor,
  options: Readonly<Record<string, unknown>>,
  { terminal, quiet }: Invocation,
): void {
  const plain = (flavor.secretOptions ?? []).filter((name) => name in options && !holdsReference(options[name]));
  if (plain.length === 0 || quiet) return;
  const { line, colors } = terminal.err;
  const [first] = plain;
  line(
    `${colors.yellow('!')} ${plain.join(', ')}: written in plain text. Better: sluice secret set NAME, then update it to --${first} '\${secret:NAME}'.`,
  );
}
