import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { BUILD } from '../code/build-name.ts';
import { writeAtomically } from '../code/write-atomically.ts';
import { canonicalDigest } from '../hashing/canonical.ts';
import { secretValues } from '../secret-values.ts';

type Data = Readonly<Record<string, unknown>>;

export interface FilledOptions {
  /** `artifact_store/minio` */
  readonly flavor: string;
  /** With every reference filled in. */
  readonly value: unknown;
  /** Places whose text came from a reference. */
  readonly references: ReadonlySet<string>;
  readonly secretOptions: readonly string[];
}

/**
 * What a flavor's schema has made of options, kept by this build and the options themselves: the library of schemas is half a megabyte, a tenth of a
 * cached run on a team's stack.
 *
 * No secret is written or hashed. Secret options stand apart: of each counts that it is there, so their schema may ask no more than a text that is not
 * empty. Options that hold a secret elsewhere are not kept.
 */
export function rememberedOptions(home: string): {
  find(filled: FilledOptions): unknown;
  keep(filled: FilledOptions, checked: unknown): void;
} {
  const fileOf = (id: unknown): string => join(home, 'cache', 'options', `${canonicalDigest([BUILD, id])}.json`);
  return {
    find(filled) {
      const split = splitOptions(filled);
      const checked = split && readData(fileOf(split.id));
      return checked && { ...checked, ...split.secrets };
    },
    keep(filled, checked) {
      const split = splitOptions(filled);
      if (!split || !isData(checked)) return;
      const kept = Object.fromEntries(Object.entries(checked).filter(([name]) => !(name in split.secrets)));
      const text = JSON.stringify(kept);
      const isSame = isDeepStrictEqual({ ...(JSON.parse(text) as Data), ...split.secrets }, checked);
      if (isSame) writeAtomically(fileOf(split.id), text);
    },
  };
}

/** Undefined for options that are not to be kept. */
function splitOptions({ flavor, value, references, secretOptions }: FilledOptions) {
  if (!isData(value)) return undefined;
  const secrets = Object.fromEntries(Object.entries(value).filter(([name]) => secretOptions.includes(name)));
  if (!Object.values(secrets).every((one) => typeof one === 'string' && one !== '')) return undefined;
  const open = Object.fromEntries(Object.entries(value).filter(([name]) => !(name in secrets)));
  const text = JSON.stringify(open);
  if (text !== secretValues.mask(text) || PASSWORD.test(text)) return undefined;
  return { id: [flavor, text, Object.keys(secrets).sort(), [...references].sort()], secrets };
}

/** In a URL. */
const PASSWORD = /:\/\/[^/@"\s]*@/;

const isData = (value: unknown): value is Data => value !== null && typeof value === 'object' && !Array.isArray(value);

function readData(file: string): Data | undefined {
  try {
    const data: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isData(data) ? data : undefined;
  } catch {
    // Not there, or not whole: the schema tells.
    return undefined;
  }
}
