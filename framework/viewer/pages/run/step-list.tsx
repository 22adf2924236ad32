import { getRouteApi, Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import type { Run } from '../../../server/api/run.ts';
import { StatusShape } from '../../parts/status.tsx';
import { ALL_STATUSES } from '../../parts/status-shapes.ts';
import { Duration } from '../../parts/time.tsx';
import { useFocusRow } from '../../parts/use-focus-row.ts';
import { useKeys } from '../../shell/keyboard.ts';

const ROW_HEIGHT = 34;
const route = getRouteApi('/runs/$run');

/** All steps in the plan's order, or those of one state. */
export function StepList({ run, critical }: { readonly run: Run; readonly critical: ReadonlySet<string> }) {
  const { status = '' } = route.useSearch();
  const navigate = route.useNavigate();
  const frame = useRef<HTMLDivElement>(null);
  const steps = useMemo(
    () => (status === '' ? run.steps : run.steps.filter((step) => step.status === status)),
    [run.steps, status],
  );
  const virtual = useVirtualizer({
    count: steps.length,
    getScrollElement: () => frame.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
  });
  const focusRow = useFocusRow(frame, (index) => virtual.scrollToIndex(index), steps.length);
  useKeys('Steps', [
    { keys: 'j', what: 'Next step', act: () => focusRow(1) },
    { keys: 'k', what: 'Previous step', act: () => focusRow(-1) },
  ]);
  const present = ALL_STATUSES.filter((each) => (run.counts[each] ?? 0) > 0);
  return (
    <section className="step-list" aria-label="Steps">
      <header>
        <h2>Steps</h2>
        <label className="end">
          <span className="hidden-but-read">State</span>
          <select
            className="field"
            value={status}
            onChange={(event) =>
              void navigate({ search: (now) => ({ ...now, status: event.target.value }), replace: true })
            }
          >
            <option value="">All {run.steps.length.toLocaleString('en-US')}</option>
            {present.map((each) => (
              <option key={each} value={each}>
                {each} {run.counts[each]}
              </option>
            ))}
          </select>
        </label>
      </header>
      <div className="step-list-frame" ref={frame}>
        <ol style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const step = steps[index]!;
            return (
              <li key={step.id} data-index={index} style={{ transform: `translateY(${start}px)`, height: ROW_HEIGHT }}>
                <Link to="/runs/$run/steps/$node" params={{ run: run.id, node: step.id }}>
                  <StatusShape status={step.status} />
                  <span className="cut">{step.id}</span>
                  <span className="hidden-but-read">{step.status}</span>
                  {critical.has(step.id) && (
                    <span
                      className="step-critical"
                      title="On the critical path: the run can't be faster than these steps"
                    >
                      critical
                    </span>
                  )}
                  <span className="muted step-time">
                    {step.status === 'cached' ? (
                      'cached'
                    ) : (
                      <Duration ms={step.durationMs} since={step.status === 'running' ? step.startedAt : null} />
                    )}
                  </span>
                </Link>
              </li>
            );
          })}
        </ol>
      </div>
    </section>
  );
}
