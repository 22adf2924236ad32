import { useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type Ref, useDeferredValue, useEffect, useId, useState } from 'react';
import { suggestQuery } from '../../client/queries.ts';
import type { RequestError } from '../../client/request.ts';
import { Prose } from '../../parts/prose.tsx';
import './filter-field.css';

export interface FilterFieldProps {
  readonly ref: Ref<HTMLInputElement>;
  /** The filter that holds. */
  readonly value: string;
  /** What the server says of it. */
  readonly problem: RequestError | null;
  readonly onChange: (filter: string) => void;
}

/** A filter as text, with what may come next below it (a combobox). Enter applies, Esc takes back. */
export function FilterField({ ref, value, problem, onChange }: FilterFieldProps) {
  const [text, setText] = useState(value);
  const [cursor, setCursor] = useState(value.length);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const id = useId();
  const asked = useDeferredValue(text);
  const { data } = useQuery({ ...suggestQuery(asked, Math.min(cursor, asked.length)), enabled: open });
  const items = open && data ? data.items : [];
  useEffect(() => setText(value), [value]);

  const apply = (next: string): void => {
    setOpen(false);
    setActive(-1);
    onChange(next.trim());
  };
  const take = (index: number): void => {
    const item = items[index];
    if (!item || !data) return;
    // Who types fast may have gone on since these were asked for: the whole word is replaced.
    const next = text.slice(0, data.from) + item.text + text.slice(Math.max(data.to, cursor));
    const end = data.from + item.text.length;
    // A name is not yet a filter; a value is one word of it.
    const isWhole = !/[:=<>~]$/.test(item.text);
    setText(isWhole && next.length === end ? `${next} ` : next);
    setCursor(isWhole && next.length === end ? end + 1 : end);
    setActive(-1);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      setOpen(true);
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((now) => (items.length === 0 ? -1 : (now + step + items.length) % items.length));
    } else if (event.key === 'Tab' && active >= 0) {
      event.preventDefault();
      take(active);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (active >= 0) take(active);
      else apply(text);
    } else if (event.key === 'Escape') {
      if (open && items.length > 0) setOpen(false);
      else {
        setText(value);
        event.currentTarget.blur();
      }
    }
  };

  const fault = problem?.message ?? (open ? data?.problem?.message : undefined);
  return (
    <div className="filter-field">
      <input
        ref={ref}
        className="field mono"
        type="text"
        role="combobox"
        aria-label="Filter of runs"
        aria-expanded={items.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
        aria-invalid={problem !== null}
        aria-describedby={problem ? `${id}-problem` : undefined}
        placeholder="status:failed pipeline:train-yolo metrics.mAP50>0.5 since:7d"
        spellCheck={false}
        autoComplete="off"
        value={text}
        onFocus={() => setOpen(true)}
        onBlur={() => {
          setOpen(false);
          setActive(-1);
          if (text.trim() !== value) onChange(text.trim());
        }}
        onSelect={(event) => setCursor(event.currentTarget.selectionStart ?? text.length)}
        onChange={(event) => {
          setText(event.target.value);
          setCursor(event.target.selectionStart ?? event.target.value.length);
          setOpen(true);
          setActive(-1);
        }}
        onKeyDown={onKeyDown}
      />
      {text === '' && !open && (
        <span className="key" aria-hidden="true">
          /
        </span>
      )}
      {text !== '' && (
        <button
          type="button"
          className="button quiet small"
          aria-label="Clear the filter"
          onClick={() => {
            setText('');
            apply('');
          }}
        >
          ✕
        </button>
      )}
      <div id={`${id}-list`} role="listbox" aria-label="What may come next" hidden={items.length === 0}>
        {items.map((item, index) => (
          <div
            key={item.text}
            id={`${id}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            onPointerDown={(event) => {
              event.preventDefault();
              take(index);
            }}
          >
            <code>{item.text}</code>
            <span className="muted">{item.detail}</span>
          </div>
        ))}
      </div>
      {fault && (
        <p id={`${id}-problem`} className="filter-problem" role={problem ? 'alert' : undefined}>
          <Prose text={fault} /> {problem?.hint && <Prose text={problem.hint} />}
        </p>
      )}
    </div>
  );
}
