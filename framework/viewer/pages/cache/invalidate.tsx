import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Invalidation } from '../../../server/api/cache.ts';
import { act } from '../../client/act.ts';
import { Confirm } from '../../parts/confirm.tsx';
import { Problem } from '../../parts/problem.tsx';

export interface InvalidateProps {
  /** The step that the page shows, as a proposal. */
  readonly step: string;
  readonly onClose: () => void;
}

const FIELDS = [
  ['step', 'Step', 'train_yolo'],
  ['run', 'Made by run', 'id or name'],
  ['olderThan', 'Older than', '7d'],
] as const;

type Asked = Readonly<Record<(typeof FIELDS)[number][0], string>>;

const invalidation = (asked: Asked, dryRun: boolean): Invalidation => {
  const given = Object.entries(asked).filter(([, value]) => value.trim() !== '');
  return { ...(Object.fromEntries(given) as Partial<Asked>), dryRun };
};

/** Asks which results are to be forgotten, and says beforehand how many that are. */
export function Invalidate({ step, onClose }: InvalidateProps) {
  const [asked, setAsked] = useState<Asked>({ step, run: '', olderThan: '' });
  const client = useQueryClient();
  const isAnything = Object.values(asked).some((value) => value.trim() !== '');
  const { data, error } = useQuery({
    queryKey: ['cache', 'count', asked],
    queryFn: () => act.invalidate(invalidation(asked, true)),
    enabled: isAnything,
    retry: false,
  });
  const forget = useMutation({ mutationFn: () => act.invalidate(invalidation(asked, false)) });
  return (
    <Confirm
      title="Forget results"
      verb="Forget them"
      isDanger
      act={() => (isAnything ? forget.mutateAsync() : Promise.reject(new Error('Say which: all would be too many.')))}
      onClose={onClose}
      onDone={() => void client.invalidateQueries({ queryKey: ['cache'] })}
    >
      <p>Steps with these keys run again when they are next called. Runs and their artifacts stay.</p>
      <div className="cache-fields">
        {FIELDS.map(([name, label, example]) => (
          <label key={name}>
            {label}
            <input
              className="field"
              value={asked[name]}
              placeholder={example}
              onChange={(event) => setAsked((now) => ({ ...now, [name]: event.target.value }))}
            />
          </label>
        ))}
      </div>
      {error ? (
        <Problem error={error} />
      ) : (
        <p role="status">
          {!isAnything && 'All that are named have to fit.'}
          {isAnything && data && `${data.invalidated.toLocaleString('en-US')} results fit.`}
        </p>
      )}
    </Confirm>
  );
}
