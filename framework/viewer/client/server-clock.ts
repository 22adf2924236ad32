/** Milliseconds by which the server's clock is ahead of this one. */
let ahead = 0;

/** @param now the server's time when it answered a moment ago, milliseconds since the epoch */
export const setServerClock = (now: number): void => {
  ahead = now - Date.now();
};

/** What the server's clock says when this one says `time`; the same until the server has told its time. */
export const serverTime = (time: number): number => time + ahead;
