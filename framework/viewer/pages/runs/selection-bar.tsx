import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { RunSummary } from '../../../server/api/run.ts';
import { act } from '../../client/act.ts';
import { infoQuery } from '../../client/queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { isOver } from '../../parts/status.tsx';

/** So many runs fit beside each other. */
const MAX_COMPARED = 20;

export interface SelectionBarProps {
  /** Those of the selection that are loaded. */
  readonly runs: readonly RunSummary[];
  readonly selected: readonly string[];
  readonly onClear: () => void;
}

const runsOf = (count: number): string => (count === 1 ? '1 run' : `${count} runs`);

/** What can be done with the selected runs. */
export function SelectionBar({ runs, selected, onClear }: SelectionBarProps) {
  const [asks, setAsks] = useState<'cancel' | 'delete' | null>(null);
  const { data: info } = useQuery(infoQuery);
  const client = useQueryClient();
  const active = runs.filter(({ status }) => !isOver(status));
  const ended = runs.filter(({ status }) => isOver(status));
  const targets = asks === 'cancel' ? active : ended;
  const canCompare = selected.length >= 2 && selected.length <= MAX_COMPARED;
  return (
    <section className="selection-bar" aria-label="Selected runs">
      <strong role="status">{runsOf(selected.length)} selected</strong>
      {canCompare ? (
        <Link to="/compare" search={{ runs: selected.join(',') }} className="button primary small">
          Compare
        </Link>
      ) : (
        <span className="muted">
          {selected.length < 2 ? 'Select a second one to compare' : 'At most 20 can be compared'}
        </span>
      )}
      {info?.writable && active.length > 0 && (
        <button type="button" className="button small" onClick={() => setAsks('cancel')}>
          Cancel {active.length}
        </button>
      )}
      {info?.writable && ended.length > 0 && (
        <button type="button" className="button small danger" onClick={() => setAsks('delete')}>
          Delete {ended.length}
        </button>
      )}
      <button type="button" className="button quiet small" onClick={onClear}>
        Clear <kbd>Esc</kbd>
      </button>
      {asks && (
        <Confirm
          title={asks === 'cancel' ? `Cancel ${runsOf(targets.length)}?` : `Delete ${runsOf(targets.length)}?`}
          verb={asks === 'cancel' ? 'Cancel them' : 'Delete them'}
          isDanger
          act={() => Promise.all(targets.map(({ id }) => act[asks](id)))}
          onClose={() => setAsks(null)}
          onDone={() => {
            onClear();
            void client.invalidateQueries({ queryKey: ['runs'] });
          }}
        >
          {asks === 'cancel' ? (
            <p>Running steps are told to stop. What is committed stays, and a resume goes on from there.</p>
          ) : (
            <p>
              The record of the runs goes. Their results stay in the cache and in the store until they are collected.
            </p>
          )}
          <ul className="selection-names">
            {targets.slice(0, 8).map(({ id, name }) => (
              <li key={id} className="cut">
                {name}
              </li>
            ))}
            {targets.length > 8 && <li className="muted">and {targets.length - 8} more</li>}
          </ul>
        </Confirm>
      )}
    </section>
  );
}
