/** What the calls of one turn of the event loop may take together. */
const TURN_MS = 8;

/**
 * Has calls that hold the thread wait for a later turn of the event loop when those before them in this one took long: however many follow one another,
 * requests and timers come in between. Those that wait are let go one a turn, in the order in which they came, so that who asks for a thousand pages
 * and who asks for one take turns. Returns what is awaited before a call; undefined when it may begin at once.
 */
export function fairTurns(): () => Promise<void> | undefined {
  const waiting: (() => void)[] = [];
  let began: number | undefined;

  function begin(): void {
    began = performance.now();
    setImmediate(() => {
      began = undefined;
    });
  }

  function serve(): void {
    begin();
    waiting.shift()?.();
    if (waiting.length > 0) setImmediate(serve);
  }

  return () => {
    const isOpen = waiting.length === 0 && (began === undefined || performance.now() - began < TURN_MS);
    if (isOpen) {
      if (began === undefined) begin();
      return undefined;
    }
    return new Promise((go) => {
      if (waiting.push(go) === 1) setImmediate(serve);
    });
  };
}
