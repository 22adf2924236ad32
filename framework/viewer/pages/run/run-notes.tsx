import { useState } from 'react';

/** Longer notes are cut until somebody asks. */
const MOST_LINES = 4;
const MOST_CHARACTERS = 420;

/** What somebody wrote of a run, where it is read: above everything else. */
export function RunNotes({ notes }: { readonly notes: string }) {
  const [isOpen, setOpen] = useState(false);
  if (notes.trim() === '') return null;
  const isLong = notes.length > MOST_CHARACTERS || notes.split('\n').length > MOST_LINES;
  return (
    <section className="run-notes" aria-label="Notes">
      <p data-cut={isLong && !isOpen}>{notes}</p>
      {isLong && (
        <button type="button" className="button quiet small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Less' : 'All of it'}
        </button>
      )}
    </section>
  );
}
