import type { Flavor } from './flavor.ts';
import { holdsReference } from './interpolate.ts';

/** The password in `scheme://user:password@host`. */
export const URL_PASSWORD = /(?<=:\/\/[^/@\s]*:)(?!\$\{)[^/@\s]+(?=@)/;

/** Options as they may be shown: what the flavor calls secret is hidden, unless it is a reference; so is the password in a URL. */
export function shownOptions(
  flavor: Flavor | undefined,
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const hidden = new Set(flavor?.secretOptions ?? []);
  const entries = Object.entries(options).map(([name, value]) => {
    if (typeof value === 'string' && /^[a-z+]+:\/\//i.test(value)) return [name, value.replace(URL_PASSWORD, '***')];
    return [name, hidden.has(name) && !holdsReference(value) ? '***' : value];
  });
  return Object.fromEntries(entries);
}
