import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Run, StartedRun } from '../../../server/api/run.ts';
import { act } from '../../client/act.ts';
import { infoQuery } from '../../client/queries.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Problem } from '../../parts/problem.tsx';
import { type Binding, useKeys } from '../../shell/keyboard.ts';
import { EditRun } from './edit-run.tsx';

const NO_KEYS: readonly Binding[] = [];

/** What can be done with a run now; nothing for who may only look. */
export function RunActions({ run }: { readonly run: Run }) {
  const [asks, setAsks] = useState<'cancel' | 'delete' | 'edit' | null>(null);
  const { data: info } = useQuery(infoQuery);
  const navigate = useNavigate();
  const client = useQueryClient();
  const goOn = useMutation({
    mutationFn: (how: 'resume' | 'retry') => act[how](run.id),
    onSuccess: ({ id }: StartedRun) => void navigate({ to: '/runs/$run', params: { run: id } }),
  });
  const renew = (): void => void client.invalidateQueries({ queryKey: ['run', run.id] });
  const isWritable = info?.writable ?? false;
  useKeys(
    'This run',
    isWritable ? [{ keys: 'e', what: 'Change its name, tags and notes', act: () => setAsks('edit') }] : NO_KEYS,
  );
  if (!isWritable) return null;
  return (
    <>
      {run.can.cancel && (
        <button
          type="button"
          className="button danger"
          disabled={run.cancelRequested}
          onClick={() => setAsks('cancel')}
        >
          {run.cancelRequested ? 'Stopping…' : 'Cancel'}
        </button>
      )}
      {run.can.retry && (
        <button type="button" className="button primary" disabled={goOn.isPending} onClick={() => goOn.mutate('retry')}>
          Retry from failure
        </button>
      )}
      {run.can.resume && (
        <button
          type="button"
          className={run.can.retry ? 'button' : 'button primary'}
          disabled={goOn.isPending}
          onClick={() => goOn.mutate('resume')}
        >
          Resume
        </button>
      )}
      <Link
        to="/pipelines/$pipeline/run"
        params={{ pipeline: run.pipeline }}
        search={{ from: run.id }}
        className="button"
      >
        Run again…
      </Link>
      <button type="button" className="button" onClick={() => setAsks('edit')}>
        {run.notes === '' ? 'Add a note…' : 'Edit…'}
      </button>
      {run.can.delete && (
        <button type="button" className="button quiet danger" onClick={() => setAsks('delete')}>
          Delete
        </button>
      )}
      {goOn.error && <Problem error={goOn.error} title="It can't go on" />}
      {asks === 'edit' && <EditRun run={run} onClose={() => setAsks(null)} />}
      {asks === 'cancel' && (
        <Confirm
          title={`Cancel ${run.name}?`}
          verb="Cancel the run"
          isDanger
          act={() => act.cancel(run.id)}
          onClose={() => setAsks(null)}
          onDone={renew}
        >
          <p>Running steps are told to stop. What is committed stays, and Resume goes on from there.</p>
        </Confirm>
      )}
      {asks === 'delete' && (
        <Confirm
          title={`Delete ${run.name}?`}
          verb="Delete the run"
          isDanger
          act={() => act.delete(run.id)}
          onClose={() => setAsks(null)}
          onDone={() => {
            void client.invalidateQueries({ queryKey: ['runs'] });
            void navigate({ to: '/runs' });
          }}
        >
          <p>
            Its record, logs and metrics go, and can't be brought back. Results stay in the cache and in the store until
            they are collected.
          </p>
        </Confirm>
      )}
    </>
  );
}
