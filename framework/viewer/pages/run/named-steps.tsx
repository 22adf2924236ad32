import { Link } from '@tanstack/react-router';
import type { StepSummary } from '../../../server/api/step.ts';

/** So many steps are named; the list has all of them. */
const MOST_NAMED = 3;

export interface NamedStepsProps {
  readonly run: string;
  readonly steps: readonly StepSummary[];
  /** The state that they have in common, where they have one: by it the list shows the rest. */
  readonly status?: string;
}

/** The first few of some steps, in a line, each a way to its page. */
export function NamedSteps({ run, steps, status }: NamedStepsProps) {
  const more = steps.length - MOST_NAMED;
  const rest = `${more.toLocaleString('en-US')} more`;
  return (
    <>
      {steps.slice(0, MOST_NAMED).map(({ id, error }, index) => (
        <span key={id}>
          {index > 0 && ', '}
          <Link to="/runs/$run/steps/$node" params={{ run, node: id }} className="link" title={error?.message}>
            {id}
          </Link>
        </span>
      ))}
      {more > 0 && (
        <>
          {' and '}
          {status === undefined ? (
            rest
          ) : (
            <Link from="/runs/$run" to="." search={(now) => ({ ...now, view: '', status })} className="link">
              {rest}
            </Link>
          )}
        </>
      )}
    </>
  );
}
