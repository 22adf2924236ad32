import { useSyncExternalStore } from 'react';

const query = matchMedia('(max-width: 760px)');

const subscribe = (listener: () => void): (() => void) => {
  query.addEventListener('change', listener);
  return () => query.removeEventListener('change', listener);
};

/** Whether the window is a phone's; as in the style sheets. */
export const useIsNarrow = (): boolean => useSyncExternalStore(subscribe, () => query.matches);
