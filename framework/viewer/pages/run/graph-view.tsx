import { getRouteApi } from '@tanstack/react-router';
import { lazy, Suspense, useMemo } from 'react';
import type { Run } from '../../../server/api/run.ts';
import type { Status } from '../../../server/api/status.ts';
import type { DagNode } from '../../graph/dag.tsx';
import { foldPlan, stateOf } from '../../graph/fold-plan.ts';
import { GroupBox, StepBox } from '../../graph/step-box.tsx';
import { Empty } from '../../parts/empty.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import type { Counts } from '../../parts/status.tsx';
import { StepList } from './step-list.tsx';

const Dag = lazy(() => import('../../graph/dag.tsx').then(({ Dag }) => ({ default: Dag })));
const route = getRouteApi('/runs/$run');

function countsOf(states: readonly Status[]): Counts {
  const counts: Partial<Record<Status, number>> = {};
  for (const status of states) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** The steps as a graph, many alike ones folded, and beside it as a list. */
export function GraphView({ run }: { readonly run: Run }) {
  const { open = '', step: focus } = route.useSearch();
  const navigate = route.useNavigate();
  const opened = useMemo(() => new Set(open.split(',').filter(Boolean)), [open]);
  const critical = useMemo(() => new Set(run.criticalPath), [run.criticalPath]);
  const folded = useMemo(() => foldPlan(run.plan.nodes, opened), [run.plan.nodes, opened]);
  const nodes = useMemo(() => {
    const steps = new Map(run.steps.map((step) => [step.id, step]));
    return folded.map((node): DagNode => {
      const only = node.members.length === 1 ? steps.get(node.id) : undefined;
      if (only) {
        const isCritical = critical.has(only.id);
        return { ...node, status: only.status, content: <StepBox run={run.id} step={only} isCritical={isCritical} /> };
      }
      const states = node.members.flatMap((id) => steps.get(id)?.status ?? []);
      const status = stateOf(states);
      const unfold = (): void => void navigate({ search: (now) => ({ ...now, open: [...opened, node.id].join(',') }) });
      return {
        ...node,
        status,
        content: (
          <GroupBox step={node.step} status={status} count={states.length} counts={countsOf(states)} onOpen={unfold} />
        ),
      };
    });
  }, [folded, run.steps, run.id, critical, opened, navigate]);
  const drawnCritical = useMemo(
    () => new Set(folded.filter(({ members }) => members.some((id) => critical.has(id))).map(({ id }) => id)),
    [folded, critical],
  );
  if (run.steps.length === 0) {
    return <Empty title="No steps yet">The pipeline is being read; its steps appear when the plan stands.</Empty>;
  }
  return (
    <div className="run-graph">
      <div className="run-graph-frame">
        {opened.size > 0 && (
          <button
            type="button"
            className="button small run-fold"
            onClick={() => void navigate({ search: (now) => ({ ...now, open: '' }) })}
          >
            Fold again
          </button>
        )}
        <Suspense fallback={<Skeleton lines={8} label="Loading the graph" />}>
          <Dag nodes={nodes} label="Graph of the steps" highlighted={drawnCritical} focus={focus ?? null} />
        </Suspense>
      </div>
      <StepList run={run} critical={critical} />
    </div>
  );
}
