import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Run } from '../../../server/api/run.ts';
import { act } from '../../client/act.ts';
import { infoQuery } from '../../client/queries.ts';
import { Problem } from '../../parts/problem.tsx';

/** What people say of a run: its name, tags and notes; changed in place. */
export function NotesCard({ run }: { readonly run: Run }) {
  const { data: info } = useQuery(infoQuery);
  const client = useQueryClient();
  const [name, setName] = useState(run.name);
  const [tags, setTags] = useState(run.tags.join(', '));
  const [notes, setNotes] = useState(run.notes);
  const save = useMutation({
    mutationFn: () =>
      act.change(run.id, {
        name,
        notes,
        tags: tags
          .split(',')
          .map((tag) => tag.trim())
          .filter(Boolean),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['run', run.id] }),
  });
  const changed = name !== run.name || tags !== run.tags.join(', ') || notes !== run.notes;
  if (!info?.writable) {
    return run.notes === '' ? null : (
      <section className="card">
        <header>
          <h2>Notes</h2>
        </header>
        <p className="body notes-text">{run.notes}</p>
      </section>
    );
  }
  return (
    <section className="card">
      <header>
        <h2>Name, tags and notes</h2>
      </header>
      <form
        className="body notes-form"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <label>
          Name
          <input
            className="field"
            value={name}
            required
            maxLength={200}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label>
          Tags
          <input
            className="field"
            value={tags}
            placeholder="baseline, for-review"
            onChange={(event) => setTags(event.target.value)}
          />
        </label>
        <label>
          Notes
          <textarea className="field" rows={4} value={notes} onChange={(event) => setNotes(event.target.value)} />
        </label>
        {save.error && <Problem error={save.error} title="Not saved" />}
        <button type="submit" className="button" disabled={!changed || save.isPending}>
          {save.isSuccess && !changed ? 'Saved' : 'Save'}
        </button>
      </form>
    </section>
  );
}
