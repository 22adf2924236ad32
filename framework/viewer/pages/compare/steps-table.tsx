import { Link } from '@tanstack/react-router';
import type { Comparison } from '../../../server/api/comparison.ts';
import type { RunSummary } from '../../../server/api/run.ts';
import type { Status } from '../../../server/api/status.ts';
import { DiffView } from '../../parts/diff-view.tsx';
import { formatDuration } from '../../parts/format.ts';
import { StatusMark } from '../../parts/status.tsx';
import { ALL_STATUSES } from '../../parts/status-shapes.ts';
import { CompareCard } from './compare-card.tsx';

type Steps = Comparison['steps'];

const isStatus = (value: string | null | undefined): value is Status => ALL_STATUSES.some((status) => status === value);

/** What each step did in each run, and the parts of its key that are not the same: code down to its lines. */
export function StepsTable({ runs, steps }: { readonly runs: readonly RunSummary[]; readonly steps: Steps }) {
  return (
    <>
      <CompareCard title="Steps" runs={runs} total={steps.length} shown={steps.length}>
        {steps.map(({ node, status, durationMs }) => (
          <tr key={node}>
            <th scope="row">{node}</th>
            {runs.map(({ id }, index) => {
              const state = status[index];
              const ms = durationMs[index];
              return (
                <td key={id}>
                  {isStatus(state) ? (
                    <Link to="/runs/$run/steps/$node" params={{ run: id, node }}>
                      <StatusMark status={state} />
                    </Link>
                  ) : (
                    <span className="muted">not in it</span>
                  )}
                  {ms !== null && ms !== undefined && <small className="muted"> {formatDuration(ms)}</small>}
                </td>
              );
            })}
          </tr>
        ))}
      </CompareCard>
      {steps
        .filter(({ parts }) => parts.length > 0)
        .map(({ node, parts }) => (
          <CompareCard
            key={node}
            title={`What was different for ${node}`}
            runs={runs}
            total={parts.length}
            shown={parts.length}
          >
            {parts.map(({ part, values, code }) => (
              <tr key={part}>
                <th scope="row">{part}</th>
                {code ? (
                  <td colSpan={runs.length}>
                    <DiffView diff={code.diff} label={`${code.symbol} in ${code.file}`} />
                  </td>
                ) : (
                  runs.map(({ id }, index) => (
                    <td key={id} className={values[index] === values[0] ? undefined : 'compare-other'}>
                      {values[index] ? <code>{values[index]}</code> : <span className="muted">–</span>}
                    </td>
                  ))
                )}
              </tr>
            ))}
          </CompareCard>
        ))}
    </>
  );
}
