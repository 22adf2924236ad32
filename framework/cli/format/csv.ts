/** RFC 4180, a heading line first; lists are joined by spaces, objects are JSON, null is empty. */
export function csvText(rows: readonly Readonly<Record<string, unknown>>[], fields: readonly string[]): string {
  const lines = [fields.map(cell), ...rows.map((row) => fields.map((field) => cell(row[field])))];
  return lines.map((line) => line.join(',')).join('\r\n');
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const plain = Array.isArray(value) && value.every((item) => typeof item !== 'object');
  const text = plain ? value.join(' ') : typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
