/** For columns of JSON text. `undefined` is stored as null. */
export const toJson = (value: unknown): string => JSON.stringify(value ?? null);

export const toJsonOrNull = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value);

/** What the column's writer promised it to be. */
export const fromJson = <T>(text: string | null): T => (text === null ? null : JSON.parse(text)) as T;
