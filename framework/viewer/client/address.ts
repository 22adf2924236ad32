type Value = string | number | boolean | readonly string[] | null | undefined;

/** A path with its query; what is empty is left out, lists are joined by commas. */
export function address(path: string, query: Readonly<Record<string, Value>> = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const text = Array.isArray(value) ? value.join(',') : String(value ?? '');
    if (text !== '') params.set(name, text);
  }
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** One part of a path, whatever characters it has. */
export const part = encodeURIComponent;
