import { nextTurn } from './next-turn.ts';

/** What the calls of one turn of the event loop may take together. */
const TURN_MS = 8;

/**
 * Has calls that hold the thread wait for the next turn of the event loop when those before them in this one took long: however many follow one
 * another, requests and timers come in between. Returns what is awaited before a call; undefined when it may begin at once.
 */
export function fairTurns(): () => Promise<void> | undefined {
  let began: number | undefined;
  const isFree = (): boolean => {
    if (began !== undefined) return performance.now() - began < TURN_MS;
    began = performance.now();
    setImmediate(() => {
      began = undefined;
    });
    return true;
  };
  return () => (isFree() ? undefined : untilFree(isFree));
}

/** Of several that wait, those that find the turn used up wait for another one. */
async function untilFree(isFree: () => boolean): Promise<void> {
  do await nextTurn();
  while (!isFree());
}
