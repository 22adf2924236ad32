import { useEffect, useRef, useSyncExternalStore } from 'react';

export interface Binding {
  /** One key, or two after each other: `j`, `g r`, `Escape`. */
  readonly keys: string;
  /** What it does, for the overview. */
  readonly what: string;
  readonly act: () => void;
}

export interface BindingGroup {
  readonly title: string;
  readonly bindings: readonly Binding[];
}

/** The second key of a pair has to come within this time. */
const PAIR_MS = 1200;

/** What is bound now; the latest group is asked first. */
let groups: readonly { readonly current: BindingGroup }[] = [];
const listeners = new Set<() => void>();
let first: { readonly key: string; readonly at: number } | undefined;

function setGroups(next: typeof groups): void {
  groups = next;
  for (const listener of listeners) listener();
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) &&
  !(target instanceof HTMLInputElement && /^(checkbox|radio|button)$/.test(target.type));

const find = (keys: string): Binding | undefined =>
  [...groups]
    .reverse()
    .flatMap(({ current }) => current.bindings)
    .find((binding) => binding.keys === keys);

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isTyping(event.target) || document.querySelector('dialog[open]')) return;
  const now = performance.now();
  const pair = first && now - first.at < PAIR_MS ? find(`${first.key} ${event.key}`) : undefined;
  first = { key: event.key, at: now };
  const binding = pair ?? find(event.key);
  if (!binding) return;
  event.preventDefault();
  binding.act();
}

/** Binds keys while the component is there. Fields that one types in keep theirs. */
export function useKeys(title: string, bindings: readonly Binding[]): void {
  const group = useRef<BindingGroup>({ title, bindings });
  group.current = { title, bindings };
  useEffect(() => {
    if (groups.length === 0) document.addEventListener('keydown', onKey);
    setGroups([...groups, group]);
    return () => {
      setGroups(groups.filter((each) => each !== group));
      if (groups.length === 0) document.removeEventListener('keydown', onKey);
    };
  }, []);
}

/** Everything that is bound, for the overview. */
export function useBoundKeys(): readonly BindingGroup[] {
  const bound = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => groups,
  );
  return bound.map(({ current }) => current);
}
