import type { z } from 'zod';
import { nearest } from '../nearest.ts';
import type { Flavor } from './flavor.ts';
import { holdsReference, misspelt } from './interpolate.ts';

type Issue = z.core.$ZodIssue;

/** Options as the flavor's `open` takes them, or what is wrong with them, one sentence each. */
export type CheckedOptions =
  | { readonly ok: true; readonly options: unknown }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Without a program of its own for what is parsed once: it takes longer to make than to do without. */
const ONCE = { jitless: true };

/**
 * Options with every reference filled in. What came from a reference is text: it is read as the number or boolean that the schema wants.
 * @param references places whose text came from one, as `a.b.0`.
 */
export function checkFilledOptions(flavor: Flavor, options: unknown, references: ReadonlySet<string>): CheckedOptions {
  const first = flavor.options.safeParse(options, ONCE);
  if (first.success) return { ok: true, options: first.data };
  const wanted = first.error.issues.flatMap((issue) =>
    issue.code === 'invalid_type' && references.has(issue.path.join('.')) ? [issue] : [],
  );
  const read = structuredClone(options);
  for (const { path, expected } of wanted) readText(read, path, expected);
  const second = wanted.length > 0 ? flavor.options.safeParse(read, ONCE) : first;
  if (second.success) return { ok: true, options: second.data };
  return { ok: false, problems: second.error.issues.flatMap((issue) => problemsOf(issue, flavor)) };
}

/** Options as a file or a flag has them: what stands where a reference stands is not judged. */
export function checkRawOptions(flavor: Flavor, options: Readonly<Record<string, unknown>>): readonly string[] {
  const slips = [...misspeltPlaces(options)].map(
    (place) => `${place}: only \${env:NAME}, \${env:NAME:-default} and \${secret:NAME} are filled in`,
  );
  const parsed = flavor.options.safeParse(options);
  if (parsed.success) return slips;
  const judged = parsed.error.issues.filter((issue) => !holdsReference(valueAt(options, issue.path)));
  return [...slips, ...judged.flatMap((issue) => problemsOf(issue, flavor))];
}

function readText(data: unknown, path: readonly PropertyKey[], expected: string): void {
  const parent = valueAt(data, path.slice(0, -1)) as Record<PropertyKey, unknown>;
  const last = path.at(-1) ?? '';
  const text = String(parent[last]);
  if ((expected === 'number' || expected === 'int') && text.trim() !== '' && Number.isFinite(Number(text))) {
    parent[last] = Number(text);
  }
  if (expected === 'boolean' && (text === 'true' || text === 'false')) parent[last] = text === 'true';
}

const valueAt = (data: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown> | undefined)?.[key], data);

function problemsOf(issue: Issue, flavor: Flavor): string[] {
  const place = issue.path.join('.');
  if (issue.code !== 'unrecognized_keys') return [sentenceOf(issue, place || 'options')];
  const known = issue.path.length === 0 ? optionNames(flavor) : [];
  return issue.keys.map((key) => {
    const meant = nearest(key, known);
    const takes = known.length > 0 ? `takes ${known.join(', ')}` : 'takes no options';
    return `${[...issue.path, key].join('.')}: there is no such option.${meant ? ` Did you mean ${meant}?` : ''} ${flavor.name} ${takes}`;
  });
}

/** In the words of who fills in a form, where a schema has words of types. */
function sentenceOf(issue: Issue, place: string): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return `${place} is missing`;
  if (issue.code === 'too_small' && issue.origin === 'string' && issue.minimum === 1) return `${place} is empty`;
  return `${place}: ${issue.message}`;
}

/** Names of a flavor's options, in the schema's order. */
export const optionNames = ({ options }: Flavor): readonly string[] =>
  Object.keys((options as { readonly shape?: object }).shape ?? {});

function* misspeltPlaces(data: unknown, path: readonly string[] = []): Generator<string> {
  if (typeof data === 'string' && misspelt(data)) yield path.join('.') || 'options';
  if (data === null || typeof data !== 'object') return;
  for (const [key, value] of Object.entries(data)) yield* misspeltPlaces(value, [...path, key]);
}
