import { sha256 } from '../../hashing/digest.ts';
import type { KeyPart } from '../../model/key-part.ts';
import { compiledWrite } from './compiled-query.ts';
import { fromJson, toJson } from './json-column.ts';
import type { KeyPartsTable, Sql } from './metadata-schema.ts';

/** Parts that belong to the call and not to its step: arguments, and what stands behind them. */
const OF_THE_CALL = /^(argument|input) /;

/** A list of parts as rows: what all calls of the step begin with, once, and the rest of this one. */
interface StoredParts {
  readonly base: KeyPartsTable | undefined;
  readonly own: KeyPartsTable;
}

/** The lists are frozen data that pass through here several times a step. */
const encoded = new WeakMap<readonly KeyPart[], StoredParts>();

function encodeParts(parts: readonly KeyPart[]): StoredParts {
  const before = encoded.get(parts);
  if (before) return before;
  const shared = parts.findIndex(({ part }) => OF_THE_CALL.test(part));
  const base = shared > 0 ? baseOf(textOf(parts.slice(0, shared))) : undefined;
  const text = textOf(base ? parts.slice(shared) : parts);
  const own = { id: sha256(base ? `${base.id}\n${text}` : text), parts: text, base_id: base?.id ?? null };
  const rows = { base, own };
  encoded.set(parts, rows);
  return rows;
}

const MOST_BASES = 1000;
/** By their text: one for each step of a run, and each of its calls would digest it again. */
const bases = new Map<string, KeyPartsTable>();

function baseOf(text: string): KeyPartsTable {
  const known = bases.get(text);
  if (known) return known;
  const base = { id: sha256(text), parts: text, base_id: null };
  if (bases.size >= MOST_BASES) bases.clear();
  bases.set(text, base);
  return base;
}

const textOf = (parts: readonly KeyPart[]): string => `[${parts.map(textOfPart).join()}]`;

/** Most parts of a key are the same objects for every call of a step. */
const texts = new WeakMap<KeyPart, string>();

function textOfPart(part: KeyPart): string {
  const text = texts.get(part) ?? toJson(part);
  texts.set(part, text);
  return text;
}

/** Null for no parts: a step that has not come to its key. */
export const partsId = (parts: readonly KeyPart[]): string | null =>
  parts.length === 0 ? null : encodeParts(parts).own.id;

/** Stores the list, unless it is there; its base in the same breath, so that none is swept away between the two. */
export async function insertParts(on: Sql, parts: readonly KeyPart[]): Promise<void> {
  if (parts.length === 0) return;
  const { base, own } = encodeParts(parts);
  if (base) await insertBoth(on, { ...own, base_id: base.id, base_parts: base.parts });
  else await insertWhole(on, own);
}

const insertWhole = compiledWrite<KeyPartsTable>((on, slot) =>
  on
    .insertInto('key_parts')
    .values({ id: slot('id'), parts: slot('parts') })
    .onConflict((conflict) => conflict.column('id').doNothing()),
);

const insertBoth = compiledWrite<KeyPartsTable & { readonly base_id: string; readonly base_parts: string }>(
  (on, slot) =>
    on
      .insertInto('key_parts')
      .values([
        { id: slot('base_id'), parts: slot('base_parts'), base_id: null },
        { id: slot('id'), parts: slot('parts'), base_id: slot('base_id') },
      ])
      .onConflict((conflict) => conflict.column('id').doNothing()),
);

/** A list as a row reads it that is joined with `key_parts` and, as `key_base`, with that list's base. */
export interface JoinedParts {
  readonly parts: string | null;
  readonly base_parts: string | null;
}

export const PARTS_COLUMNS = ['key_parts.parts as parts', 'key_base.parts as base_parts'] as const;

export function fromPartsRow({ parts, base_parts: base }: JoinedParts): readonly KeyPart[] {
  if (parts === null) return [];
  return base === null ? fromJson(parts) : [...partsOfBase(base), ...fromJson<readonly KeyPart[]>(parts)];
}

const readBases = new Map<string, readonly KeyPart[]>();

/** Thousands of lists have one and the same. */
function partsOfBase(text: string): readonly KeyPart[] {
  const known = readBases.get(text);
  if (known) return known;
  const parts = fromJson<readonly KeyPart[]>(text);
  for (const part of parts) Object.freeze(part);
  if (readBases.size >= MOST_BASES) readBases.clear();
  readBases.set(text, parts);
  return parts;
}
