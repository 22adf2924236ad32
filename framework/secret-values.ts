/** Shorter values are not masked: they stand in too many innocent texts. `sluice secret set` says so. */
export const SHORTEST_MASKED = 4;
/** A shorter one may stand in a text by chance: it is masked there, but nothing is refused for it. */
const SHORTEST_SURE = 12;
const MASK = '***';

const values = new Set<string>();
const forms = new Set<string>();
let pattern: RegExp | undefined;

/**
 * The secret values that this process has seen, and how they are kept out of everything it prints or stores.
 * One list for the process: a value is a secret whichever stack told it, and whoever prints it.
 */
export const secretValues = {
  /** From now on `mask` hides the value, also as it stands in JSON and in URLs, and each line of a longer one. */
  add(value: string): void {
    if (values.has(value)) return;
    values.add(value);
    for (const part of [value, ...value.split('\n').filter((line) => line.length >= 2 * SHORTEST_MASKED)]) {
      if (part.trim().length < SHORTEST_MASKED) continue;
      for (const form of [part, JSON.stringify(part).slice(1, -1), encodeURIComponent(part), encodeURI(part)]) {
        if (!forms.has(form)) pattern = undefined;
        forms.add(form);
      }
    }
  },

  /** All of them, for a process of this one's own that has to keep them back too. They go over its channel, never into its arguments or environment. */
  all: (): readonly string[] => [...values],

  /** The text with `***` in the place of every known value. */
  mask(text: string): string {
    if (forms.size === 0) return text;
    pattern ??= anyOf(forms);
    return text.replace(pattern, MASK);
  },

  /** Whether bytes hold, as text, a value that is too long to stand there by chance. */
  areIn({ buffer, byteOffset, length }: Uint8Array): boolean {
    if (forms.size === 0) return false;
    const bytes = Buffer.from(buffer, byteOffset, length);
    return [...forms].some((form) => form.length >= SHORTEST_SURE && bytes.includes(form));
  },

  /** The same of every text inside plain data; what holds none is given back as it is. */
  maskDeep<T>(data: T): T {
    return forms.size === 0 ? data : (maskedData(data) as T);
  },
} as const;

/** Longest first: of two values, one of which begins with the other, the whole longer one is hidden. */
function anyOf(values: ReadonlySet<string>): RegExp {
  const sorted = [...values].sort((a, b) => b.length - a.length);
  return new RegExp(sorted.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|'), 'g');
}

function maskedData(data: unknown): unknown {
  if (typeof data === 'string') return secretValues.mask(data);
  if (Array.isArray(data)) return data.map(maskedData);
  if (data === null || typeof data !== 'object') return data;
  const prototype: unknown = Object.getPrototypeOf(data);
  if (prototype !== Object.prototype && prototype !== null) return data;
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [secretValues.mask(key), maskedData(value)]));
}
