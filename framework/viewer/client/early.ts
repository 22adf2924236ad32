/** So long an answer waits for who wants it. */
const KEPT_MS = 5_000;

interface Early {
  /** What the server says, null when it can't be reached. */
  readonly answer: Promise<Response | null>;
  /** What the answer holds, once it is there and good. */
  body?: unknown;
}

/** By path. */
const asked = new Map<string, Early>();

const INIT: RequestInit = { headers: { accept: 'application/json' } };

/** Asks for a path of the API before the page that needs it is there; `request` takes the answer, once. */
export function askEarly(path: string): void {
  if (asked.has(path)) return;
  const early: Early = {
    answer: fetch(`/api${path}`, INIT)
      .then(async (answer) => {
        if (answer.ok) early.body = await answer.clone().json();
        return answer;
      })
      .catch(() => null),
  };
  asked.set(path, early);
  setTimeout(() => asked.delete(path), KEPT_MS);
}

/** The answer to what was asked early, if it was. */
export function takeEarly(path: string): Promise<Response | null> | undefined {
  const early = asked.get(path);
  asked.delete(path);
  return early?.answer;
}

/** What was asked early holds, if it has come: a page that has it at its first drawing is drawn once. It stays for `takeEarly`. */
export const earlyBody = <Body>(path: string): Body | undefined => asked.get(path)?.body as Body | undefined;
