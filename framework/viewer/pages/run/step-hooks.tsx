import { useMemo } from 'react';
import type { Run } from '../../../server/api/run.ts';
import { NamedSteps } from './named-steps.tsx';

/** Says of which steps hooks threw; what they threw stands on the steps' pages. */
export function StepHooks({ run }: { readonly run: Run }) {
  const steps = useMemo(() => run.steps.filter(({ failedHooks }) => failedHooks > 0), [run.steps]);
  if (steps.length === 0) return null;
  const count = steps.reduce((sum, { failedHooks }) => sum + failedHooks, 0);
  return (
    <p className="run-caught" role="note">
      {count === 1 ? 'A hook failed' : `${count.toLocaleString('en-US')} hooks failed`}, and changed nothing of what
      ran: <NamedSteps run={run.id} steps={steps} />
    </p>
  );
}
