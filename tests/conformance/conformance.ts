import { describe, it } from 'vitest';

/** Cases that an adapter does not do, each for a reason that a reader can judge. */
export interface Skip {
  readonly reason: string;
  readonly tests: readonly string[];
}

export type Case<S> = readonly [name: string, run: (subject: S) => Promise<void>];

/**
 * Runs every case on a subject of its own, which is disposed of afterwards. A skipped one is shown as skipped, its reason in its name (.ci/run
 * lets no other skip pass); a skip that names no case is an error.
 */
export function describeCases<S extends { readonly dispose: () => Promise<void> }>(
  name: string,
  cases: readonly Case<S>[],
  { open, skip = [] }: { readonly open: () => Promise<S>; readonly skip?: readonly Skip[] },
): void {
  const reasons = new Map(skip.flatMap(({ reason, tests }) => tests.map((test) => [test, reason] as const)));
  const unknown = [...reasons.keys()].filter((test) => !cases.some(([known]) => known === test));
  if (unknown.length > 0) throw new Error(`${name} skips what is no case: ${unknown.join(', ')}`);
  describe(name, () => {
    for (const [test, run] of cases) {
      const reason = reasons.get(test);
      it(reason === undefined ? test : `${test} [declared gap: ${reason}]`, async (context) => {
        if (reason !== undefined) context.skip(reason);
        const subject = await open();
        try {
          await run(subject);
        } finally {
          await subject.dispose();
        }
      });
    }
  });
}
