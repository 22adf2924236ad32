import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { Run } from '../../../server/api/run.ts';
import { act } from '../../client/act.ts';
import { Dialog } from '../../parts/dialog.tsx';
import { Problem } from '../../parts/problem.tsx';

/** As the server holds it. */
const MOST_CHARACTERS = 100_000;

const tagsOf = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(',')
      .map((tag) => tag.trim())
      .filter(Boolean),
  ),
];

/** What people say of a run: its name, tags and notes. Nothing is changed before it is saved. */
export function EditRun({ run, onClose }: { readonly run: Run; readonly onClose: () => void }) {
  const client = useQueryClient();
  const form = useId();
  const [name, setName] = useState(run.name);
  const [tags, setTags] = useState(run.tags.join(', '));
  const [notes, setNotes] = useState(run.notes);
  const save = useMutation({
    mutationFn: () => act.change(run.id, { name: name.trim(), notes, tags: tagsOf(tags) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['run', run.id] });
      onClose();
    },
  });
  const changed = name !== run.name || tags !== run.tags.join(', ') || notes !== run.notes;
  const footer = (
    <>
      <button type="button" className="button" onClick={onClose}>
        {changed ? 'Leave it as it was' : 'Close'}
      </button>
      <button type="submit" form={form} className="button primary" disabled={!changed || save.isPending}>
        Save
      </button>
    </>
  );
  return (
    <Dialog title="Name, tags and notes" onClose={onClose} footer={footer}>
      <form
        id={form}
        className="edit-run"
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        {save.error && <Problem error={save.error} title="Not saved" />}
        <label>
          Name
          <input
            className="field"
            value={name}
            required
            pattern=".*\S.*"
            title="A name has to have something in it"
            maxLength={200}
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label>
          Tags, with commas between
          <input
            className="field"
            value={tags}
            placeholder="baseline, for-review"
            onChange={(event) => setTags(event.target.value)}
          />
        </label>
        <label>
          Notes
          <textarea
            className="field"
            rows={8}
            value={notes}
            maxLength={MOST_CHARACTERS}
            onChange={(event) => setNotes(event.target.value)}
          />
        </label>
      </form>
    </Dialog>
  );
}
