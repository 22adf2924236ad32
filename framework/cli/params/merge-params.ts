import { isPlain } from '../../dag/output-ref.ts';

/** `over` laid on `under`: objects field by field, anything else replaced. */
export function mergeParams(under: unknown, over: unknown): unknown {
  if (!isPlain(under) || !isPlain(over)) return over === undefined ? under : over;
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) merged[key] = mergeParams(under[key], value);
  return merged;
}
