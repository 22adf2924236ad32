/** What MLflow takes in names of params, metrics and tags. A colon it takes on some systems only. */
const FORBIDDEN = /[^\p{L}\p{N}_\-. /]/gu;
const LONGEST_NAME = 250;
const LONGEST_PARAM = 6000;
const LONGEST_TAG = 5000;

/**
 * A name as MLflow takes it: `metrics/mAP50-95(B)` → `metrics/mAP50-95_B_`. Every other character becomes `_`; parts that mean something in a path
 * (nothing, `.`, `..`) go too, because names may become files.
 */
export function safeName(name: string): string {
  const parts = name.replace(FORBIDDEN, '_').split('/');
  const kept = parts.map((part) => part.trim()).filter((part) => part !== '' && part !== '.' && part !== '..');
  return kept.join('/').slice(0, LONGEST_NAME) || '_';
}

export const paramText = (value: string): string => clean(value, LONGEST_PARAM);
export const tagText = (value: string): string => clean(value, LONGEST_TAG);

/** Databases behind MLflow take no NUL and no half of a character. */
function clean(value: string, longest: number): string {
  const text = value.replaceAll('\0', '');
  return (text.length > longest ? `${text.slice(0, longest - 1)}…` : text).toWellFormed();
}
