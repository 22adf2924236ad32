import { Link } from '@tanstack/react-router';
import type { StepSummary } from '../../server/api/step.ts';
import { type Counts, StatusCounts, StatusShape } from '../parts/status.tsx';
import { Duration } from '../parts/time.tsx';
import './step-box.css';

export interface StepBoxProps {
  readonly run: string;
  readonly step: StepSummary;
  readonly isCritical: boolean;
}

/** A step in a run's graph; opens its page. */
export function StepBox({ run, step, isCritical }: StepBoxProps) {
  const { id, status, durationMs, startedAt, attempts, error } = step;
  return (
    <Link
      to="/runs/$run/steps/$node"
      params={{ run, node: id }}
      className={isCritical ? 'step-box critical' : 'step-box'}
      data-status={status}
      title={error?.message ?? step.reason ?? id}
      draggable={false}
    >
      <StatusShape status={status} />
      <span className="step-box-text">
        <span className="cut">{id}</span>
        <small className="cut">
          {status}
          {startedAt && status !== 'cached' && (
            <>
              {' · '}
              <Duration ms={durationMs} since={status === 'running' ? startedAt : null} />
            </>
          )}
          {attempts > 1 && ` · ${attempts} attempts`}
        </small>
      </span>
    </Link>
  );
}

export interface GroupBoxProps {
  readonly step: string;
  readonly status: string;
  readonly count: number;
  readonly counts: Counts;
  readonly onOpen: () => void;
}

/** Many alike steps as one; opens into them. */
export function GroupBox({ step, status, count, counts, onOpen }: GroupBoxProps) {
  return (
    <button
      type="button"
      className="step-box group"
      data-status={status}
      onClick={onOpen}
      title={`Show the ${count} steps one by one`}
    >
      <span className="step-box-text">
        <span className="cut">
          {step} <span className="count">× {count.toLocaleString('en-US')}</span>
        </span>
        <small>
          <StatusCounts counts={counts} />
        </small>
      </span>
    </button>
  );
}
