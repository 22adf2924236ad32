import { digestOfRef } from '../artifacts/ref-digest.ts';
import { isPlain, OutputRef, refsIn } from '../dag/output-ref.ts';
import type { PlanNode } from '../dag/plan.ts';
import { canonicalTuple, type Identify } from '../hashing/canonical.ts';
import { type Digest, shortDigest } from '../hashing/digest.ts';
import { DirectoryRef } from '../materializers/directory-ref.ts';
import { FileRef } from '../materializers/file-ref.ts';
import type { Artifact, Output } from '../model/artifact.ts';
import type { KeyPart } from '../model/key-part.ts';
import { displayOf, keyPartOf } from './key-part-of.ts';
import type { WatchedInput } from './watched-input.ts';

/** Field names and array indexes from the argument's name down. The types tell `{ a: { '0': x } }` from `{ a: [x] }`. */
type Place = readonly (string | number)[];
type UserRef = FileRef | DirectoryRef;

/** Objects with more fields than this are one part: `why` would list them without an end. */
const MOST_FIELDS = 64;
const DEEPEST = 4;

/**
 * The parts of a step call's arguments, one a field, so that `why` can name the field that changed.
 *
 * - `argument options.epochs`: the value itself, typed and tagged; files and folders by content and name, never by path.
 * - `input weights`: what another step made, by digest, format, version and name of the artifact. The format is in it because the same
 *   bytes are another value in another format; which step made it is not.
 *
 * Every part's digest covers its place, so no other arrangement of the same leaves has the same parts.
 *
 * @throws ERR_UNENCODABLE naming the argument.
 */
export async function argumentParts(
  node: PlanNode,
  outputOf: (node: string) => Output,
): Promise<{ readonly parts: readonly KeyPart[]; readonly watched: readonly WatchedInput[] }> {
  const policy = node.step.options.cache;
  const ignored = new Set(typeof policy === 'object' ? policy.ignore : []);
  const digests = await digestsOfUserRefs(node, ignored);
  const parts: KeyPart[] = [];
  const walk: Walk = { parts, ignored, outputOf, identify: identifyBy(digests) };
  node.args.forEach((value, i) => {
    addParts(value, [node.argNames[i] ?? `argument ${i + 1}`], walk);
  });
  const watched = [...digests].map(([ref, digest]) => ({
    part: `${ref instanceof FileRef ? 'file' : 'folder'} ${ref.name}`,
    digest,
    digestNow: async () => (await digestOfRef(ref)).digest,
  }));
  return { parts, watched };
}

interface Walk {
  readonly parts: KeyPart[];
  readonly ignored: ReadonlySet<string>;
  readonly outputOf: (node: string) => Output;
  readonly identify: Identify;
}

const said = (place: Place): string =>
  place.reduce<string>(
    (text, at, i) => (typeof at === 'number' ? `${text}[${at}]` : i === 0 ? at : `${text}.${at}`),
    '',
  );

function addParts(value: unknown, place: Place, walk: Walk): void {
  const name = said(place);
  if (walk.ignored.has(name)) return;
  if (value instanceof OutputRef) return addInput(value, place, walk);
  const hasRefs = refsIn(value).length > 0;
  if (isPlain(value) && isSplit(value, place, hasRefs, walk.ignored)) {
    for (const key of Object.keys(value).sort()) addParts(value[key], [...place, key], walk);
  } else if (Array.isArray(value) && (hasRefs || hasIgnored(place, walk.ignored))) {
    for (let i = 0; i < value.length; i++) addParts(value[i], [...place, i], walk);
  } else {
    // A parameter without a name, such as a pattern, is called `argument 1` already.
    const part = name.startsWith('argument ') ? name : `argument ${name}`;
    const digest = canonicalTuple(['value', place, value], part, walk.identify);
    const display = refDisplay(value) ?? displayOf(value, digest);
    walk.parts.push(Object.freeze({ part, digest, display }));
  }
}

/** Whether something below is left out of the key. */
const hasIgnored = (place: Place, ignored: ReadonlySet<string>): boolean =>
  ignored.size > 0 &&
  [...ignored].some((name) => name.startsWith(`${said(place)}.`) || name.startsWith(`${said(place)}[`));

const refDisplay = (value: unknown): string | undefined =>
  value instanceof FileRef || value instanceof DirectoryRef ? value.name : undefined;

function isSplit(
  value: Record<string, unknown>,
  place: Place,
  hasRefs: boolean,
  ignored: ReadonlySet<string>,
): boolean {
  if (hasRefs || hasIgnored(place, ignored)) return true;
  const size = Object.keys(value).length;
  return size > 0 && size <= MOST_FIELDS && place.length < DEEPEST;
}

function addInput(ref: OutputRef, place: Place, { parts, outputOf }: Walk): void {
  const name = said(place);
  const output = outputOf(ref.node);
  if (output.kind === 'value') {
    parts.push(inputPart(name, [place, ref.path], output.value));
    return;
  }
  const [field, ...rest] = ref.path;
  if (field === undefined) {
    const fields = Object.keys(output.fields).sort();
    if (fields.length === 0) parts.push(keyPartOf(`input ${name}`, ['empty', place], { display: '{}' }));
    for (const key of fields) parts.push(inputPart(`${name}.${key}`, ['field', place, key], output.fields[key]!));
    return;
  }
  const artifact = Object.hasOwn(output.fields, field) ? output.fields[field] : undefined;
  if (artifact) parts.push(inputPart(name, [place, rest], artifact));
  else parts.push(keyPartOf(`input ${name}`, ['absent', place], { display: 'undefined' }));
}

function inputPart(name: string, where: readonly unknown[], artifact: Artifact): KeyPart {
  const { digest, format, version } = artifact;
  const label = artifact.name === undefined ? format : `${format} ${artifact.name}`;
  return keyPartOf(`input ${name}`, ['artifact', where, digest, format, version, artifact.name], {
    display: `${label} ${shortDigest(digest)}`,
  });
}

const identifyBy =
  (digests: ReadonlyMap<UserRef, Digest>): Identify =>
  (value) => {
    if (!(value instanceof FileRef || value instanceof DirectoryRef)) return undefined;
    return { tag: value instanceof FileRef ? 'file' : 'directory', data: [digests.get(value), value.name] };
  };

/** Content digests of all files and folders in the arguments, hashed once each and side by side. */
async function digestsOfUserRefs(node: PlanNode, ignored: ReadonlySet<string>): Promise<Map<UserRef, Digest>> {
  const refs = new Set<UserRef>();
  node.args.forEach((value, i) => {
    collectUserRefs(value, [node.argNames[i] ?? `argument ${i + 1}`], { refs, ignored, seen: new Set() });
  });
  const found = await Promise.all([...refs].map(async (ref) => [ref, (await digestOfRef(ref)).digest] as const));
  return new Map(found);
}

interface Collecting {
  readonly refs: Set<UserRef>;
  readonly ignored: ReadonlySet<string>;
  /** Objects that enclose the current one. */
  readonly seen: Set<object>;
}

function collectUserRefs(value: unknown, place: Place, collecting: Collecting): void {
  const { refs, ignored, seen } = collecting;
  if (value === null || typeof value !== 'object' || seen.has(value) || ArrayBuffer.isView(value)) return;
  if (ignored.size > 0 && ignored.has(said(place))) return;
  seen.add(value);
  const below = (one: unknown, at: string | number): void => collectUserRefs(one, [...place, at], collecting);
  if (value instanceof FileRef || value instanceof DirectoryRef) refs.add(value);
  else if (value instanceof Map) for (const pair of value) for (const one of pair) below(one, 'entry');
  else if (value instanceof Set) for (const one of value) below(one, 'member');
  else if (Array.isArray(value)) value.forEach(below);
  else if (isPlain(value)) for (const [key, one] of Object.entries(value)) below(one, key);
  seen.delete(value);
}
