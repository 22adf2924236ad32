type Metrics = Readonly<Record<string, number>>;

/** What people ask for first, the earlier the sooner. */
const WANTED = [/mAP50[-_]95/i, /mAP50/i, /accuracy|(^|[/_])f1$/i] as const;
/** What is set and not reached: how fast one learns, how far one is. */
const SETTING = /(^|[/_])(lr|learning[-_]?rate|epochs?|steps?|momentum|weight[-_]?decay)([/_]|\d*$)/i;

/** A plain name is a result; one with a slash is a curve of a group. */
const kindOf = (name: string): number => (SETTING.test(name) ? 2 : Number(name.includes('/')));

const wishOf = (name: string): number => {
  const at = WANTED.findIndex((pattern) => pattern.test(name));
  return at < 0 ? WANTED.length : at;
};

/**
 * Names of metrics, those that tell most first: results, then curves of groups, settings last; in each, quality as detection and classification call it before the
 * rest; among equals those that most runs have, then the one that was logged last.
 */
export function headlineMetrics(runs: readonly Metrics[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const metrics of runs) for (const name of Object.keys(metrics)) counts.set(name, (counts.get(name) ?? 0) + 1);
  const weight = (name: string): readonly number[] => [kindOf(name), wishOf(name), -counts.get(name)!];
  return [...counts.keys()].reverse().sort((a, b) => {
    const other = weight(b);
    return weight(a).reduce((order, each, index) => order || each - other[index]!, 0);
  });
}
