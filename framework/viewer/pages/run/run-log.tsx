import { getRouteApi } from '@tanstack/react-router';
import type { Run } from '../../../server/api/run.ts';
import { LogView } from '../../logs/log-view.tsx';
import { isOver } from '../../parts/status.tsx';

const route = getRouteApi('/runs/$run');
/** More steps than this are no choice in a list: the log is filtered by search instead. */
const MOST_CHOICES = 500;

/** What all steps of a run said, by time. */
export function RunLog({ run, version }: { readonly run: Run; readonly version: number }) {
  const { step = '', level = '', search = '', follow } = route.useSearch();
  const navigate = route.useNavigate();
  const change = (to: Partial<Record<'step' | 'level' | 'search' | 'follow', string>>): void =>
    void navigate({ search: (now) => ({ ...now, ...to }), replace: true });
  const speaking = run.steps.filter(({ logs, id }) => logs > 0 || id === step).slice(0, MOST_CHOICES);
  return (
    <LogView
      asked={{ run: run.id, step, level, search, attempt: '' }}
      isLive={!isOver(run.status)}
      version={version}
      follow={follow !== 'no'}
      showsStep={step === ''}
      onChange={change}
      fields={
        <label>
          <span className="hidden-but-read">Step</span>
          <select className="field" value={step} onChange={(event) => change({ step: event.target.value })}>
            <option value="">All steps</option>
            {speaking.map(({ id, logs }) => (
              <option key={id} value={id}>
                {id} ({logs.toLocaleString('en-US')})
              </option>
            ))}
          </select>
        </label>
      }
    />
  );
}
