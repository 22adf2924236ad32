/** So long an answer waits for who wants it. */
const KEPT_MS = 5_000;

/** Path → what the server says, null when it can't be reached. */
const asked = new Map<string, Promise<Response | null>>();

const INIT: RequestInit = { headers: { accept: 'application/json' } };

/** Asks for a path of the API before the page that needs it is there; `request` takes the answer, once. */
export function askEarly(path: string): void {
  if (asked.has(path)) return;
  asked.set(
    path,
    fetch(`/api${path}`, INIT).catch(() => null),
  );
  setTimeout(() => asked.delete(path), KEPT_MS);
}

/** The answer to what was asked early, if it was. */
export function takeEarly(path: string): Promise<Response | null> | undefined {
  const answer = asked.get(path);
  asked.delete(path);
  return answer;
}
