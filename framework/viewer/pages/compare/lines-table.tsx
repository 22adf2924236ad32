import type { JsonValue } from '../../../server/api/json-value.ts';
import type { RunSummary } from '../../../server/api/run.ts';
import { CompareCard } from './compare-card.tsx';

export interface LinesTableProps {
  readonly title: string;
  readonly runs: readonly RunSummary[];
  readonly lines: readonly {
    readonly name: string;
    readonly values: readonly JsonValue[];
    readonly differs: boolean;
  }[];
  readonly total: number;
}

const shown = (value: JsonValue): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Values by run; one that is unlike the first run's stands out. */
export function LinesTable({ title, runs, lines, total }: LinesTableProps) {
  return (
    <CompareCard title={title} runs={runs} total={total} shown={lines.length}>
      {lines.map(({ name, values }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          {runs.map(({ id }, index) => {
            const value = values[index] ?? null;
            const isOther = index > 0 && shown(value) !== shown(values[0] ?? null);
            return (
              <td key={id} className={isOther ? 'compare-other' : undefined}>
                {value === null ? <span className="muted">–</span> : <code>{shown(value)}</code>}
              </td>
            );
          })}
        </tr>
      ))}
    </CompareCard>
  );
}
