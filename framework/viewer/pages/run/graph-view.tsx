import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import type { Run } from '../../../server/api/run.ts';
import type { Status } from '../../../server/api/status.ts';
import type { StepSummary } from '../../../server/api/step.ts';
import type { DagNode } from '../../graph/dag.tsx';
import { type DrawnNode, foldPlan, isGroup, stateOf } from '../../graph/fold-plan.ts';
import { GroupBox, StepBox } from '../../graph/step-box.tsx';
import { Empty } from '../../parts/empty.tsx';
import { formatDuration } from '../../parts/format.ts';
import { Skeleton } from '../../parts/skeleton.tsx';
import type { Counts } from '../../parts/status.tsx';
import { StepList } from './step-list.tsx';

/** More boxes than this are painted: elk takes seconds to lay them out, and they are too many elements to move. */
const MOST_ELEMENTS = 300;
const LABEL = 'Graph of the steps';

const BigGraph = lazy(() => import('../../graph/big-graph.tsx').then(({ BigGraph }) => ({ default: BigGraph })));
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
  const steps = useMemo(() => new Map(run.steps.map((step) => [step.id, step])), [run.steps]);
  const unfold = useCallback(
    (group: string): void => void navigate({ search: (now) => ({ ...now, open: [...opened, group].join(',') }) }),
    [navigate, opened],
  );
  const drawnCritical = useMemo(() => {
    const drawnAs = new Map(folded.flatMap(({ id, members }) => members.map((member) => [member, id])));
    return new Set(run.criticalPath.flatMap((step) => drawnAs.get(step) ?? []));
  }, [folded, run.criticalPath]);
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
          {folded.length > MOST_ELEMENTS ? (
            <Painted {...{ run, steps, folded, unfold }} highlighted={drawnCritical} focus={focus ?? null} />
          ) : (
            <Boxes {...{ run, steps, folded, unfold, critical }} highlighted={drawnCritical} focus={focus ?? null} />
          )}
        </Suspense>
      </div>
      <StepList run={run} critical={critical} />
    </div>
  );
}

interface Drawn {
  readonly run: Run;
  readonly steps: ReadonlyMap<string, StepSummary>;
  readonly folded: readonly DrawnNode[];
  readonly unfold: (group: string) => void;
  readonly highlighted: ReadonlySet<string>;
  readonly focus: string | null;
}

const statesOf = ({ members }: DrawnNode, steps: Drawn['steps']): readonly Status[] =>
  members.flatMap((id) => steps.get(id)?.status ?? []);

function Boxes({ run, steps, folded, unfold, critical, ...shown }: Drawn & { readonly critical: ReadonlySet<string> }) {
  const nodes = useMemo(
    () =>
      folded.map((node): DagNode => {
        const only = isGroup(node) ? undefined : steps.get(node.id);
        if (only) {
          const isCritical = critical.has(only.id);
          return {
            ...node,
            status: only.status,
            content: <StepBox run={run.id} step={only} isCritical={isCritical} />,
          };
        }
        const states = statesOf(node, steps);
        const status = stateOf(states);
        const box = { step: node.step, status, count: states.length, counts: countsOf(states) };
        return { ...node, status, content: <GroupBox {...box} onOpen={() => unfold(node.id)} /> };
      }),
    [folded, steps, run.id, critical, unfold],
  );
  return <Dag nodes={nodes} label={LABEL} {...shown} />;
}

/** `98 succeeded, 1 failed`. */
const said = (states: readonly Status[]): string =>
  Object.entries(countsOf(states))
    .map(([status, count]) => `${count.toLocaleString('en-US')} ${status}`)
    .join(', ');

/** What is not over yet takes as long as it takes: a picture does not count along. */
const tookOf = (step: StepSummary | undefined): string =>
  step && step.durationMs !== null && step.status !== 'cached' ? ` · ${formatDuration(step.durationMs)}` : '';

function Painted({ run, steps, folded, unfold, ...shown }: Drawn) {
  const navigate = useNavigate();
  const nodes = useMemo(
    () =>
      folded.map((node) => {
        const states = statesOf(node, steps);
        const status = stateOf(states);
        return isGroup(node)
          ? {
              ...node,
              status,
              title: `${node.step} × ${node.members.length.toLocaleString('en-US')}`,
              detail: said(states),
            }
          : { ...node, status, title: node.id, detail: `${status}${tookOf(steps.get(node.id))}` };
      }),
    [folded, steps],
  );
  const groups = useMemo(() => new Set(folded.filter(isGroup).map(({ id }) => id)), [folded]);
  const open = (id: string): void => {
    if (groups.has(id)) unfold(id);
    else void navigate({ to: '/runs/$run/steps/$node', params: { run: run.id, node: id } });
  };
  return <BigGraph nodes={nodes} label={LABEL} onOpen={open} {...shown} />;
}
