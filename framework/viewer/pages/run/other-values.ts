import type { JsonValue } from '../../../server/api/json-value.ts';
import type { TrackedValue } from '../../../server/api/metric.ts';

const written = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Leaves out what steps tracked of the run's own parameters under their own names: those stand beside it. */
export function otherValues(params: JsonValue, values: readonly TrackedValue[]): readonly TrackedValue[] {
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return values;
  const known = new Map(Object.entries(params as Readonly<Record<string, JsonValue>>));
  return values.filter(({ kind, name, value }) => {
    const param = known.get(name.split('.').at(-1)!);
    return kind !== 'param' || param === undefined || written(param) !== value;
  });
}
