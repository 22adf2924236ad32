import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import type { Run } from '../../../server/api/run.ts';
import type { StepSummary } from '../../../server/api/step.ts';
import { ErrorCard } from '../../parts/error-card.tsx';
import { NamedSteps } from './named-steps.tsx';

/** Why a run failed comes first: the step where there is one, with a way to it. What a pipeline caught is told in a line. */
export function RunError({ run }: { readonly run: Run }) {
  const failed = useMemo(() => run.steps.filter(({ status }) => status === 'failed' || status === 'lost'), [run.steps]);
  // Not one that the pipeline caught, where it is known which one ended the run.
  const first = failed.find(({ error }) => error?.message === run.error?.message) ?? failed[0];
  if (run.status === 'succeeded') return <Caught run={run} failed={failed} />;
  const error = first?.error ?? run.error;
  if (!error) return null;
  if (!first) return <ErrorCard error={error} title={run.status === 'cancelled' ? 'Cancelled' : 'The run failed'} />;
  const others = failed.length - 1;
  return (
    <ErrorCard
      error={error}
      title={
        <>
          <Link to="/runs/$run/steps/$node" params={{ run: run.id, node: first.id }}>
            {first.id}
          </Link>{' '}
          {first.status}
          {others > 0 && `, and ${others.toLocaleString('en-US')} more`}
        </>
      }
      actions={
        <Link to="/runs/$run/steps/$node" params={{ run: run.id, node: first.id }} className="button small">
          Open the step
        </Link>
      }
    />
  );
}

function Caught({ run, failed }: { readonly run: Run; readonly failed: readonly StepSummary[] }) {
  if (failed.length === 0) return null;
  return (
    <p className="run-caught" role="note">
      {failed.length === 1 ? 'One step failed' : `${failed.length.toLocaleString('en-US')} steps failed`}, and the
      pipeline went on without: <NamedSteps run={run.id} steps={failed} status="failed" />
    </p>
  );
}
