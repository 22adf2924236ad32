import type { EndLine } from '../spool/spool-line.ts';
import type { MlflowRun } from './mlflow-client.ts';

/** The run's description on its MLflow page, in Markdown: its steps, and for cached ones the run that made the result. */
export function noteOf(
  { summary, steps, more }: Pick<EndLine, 'summary' | 'steps' | 'more'>,
  originOf: (root: string) => Pick<MlflowRun, 'experimentId' | 'runId'> | undefined,
): string {
  const rows = steps.map(({ node, status, ms, origin }) => {
    const found = origin && originOf(origin.root);
    // Relative to the page, so that it holds under every name that the server has.
    const link = found && `[${origin.root}](#/experiments/${found.experimentId}/runs/${found.runId})`;
    const from = origin ? `${status} from ${link ?? origin.stepRun}` : status;
    return `| ${node} | ${from} | ${ms === null ? '' : `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`} |`;
  });
  return [
    summary,
    '',
    '| step | ended | took |',
    '|---|---|---|',
    ...rows,
    ...(more > 0 ? ['', `and ${more} more steps`] : []),
  ].join('\n');
}
