import { THIS_HOST } from '../this-host.ts';

/** Who computes a key, as its claim says it. */
export interface ClaimOwner {
  readonly run: string;
  readonly host: string;
  readonly pid: number;
}

/**
 * `<executor>/<run>/<node> <host> <pid>`: the executor's id first, by which the store frees the claims of the dead; the step run for people;
 * host and process for whoever waits.
 */
export const formatOwner = (executor: string, stepRun: string): string =>
  `${executor}/${stepRun} ${THIS_HOST} ${process.pid}`;

export function parseOwner(owner: string): ClaimOwner {
  const [path = '', host = '', pid = ''] = owner.split(' ');
  return { run: path.split('/')[1] ?? '', host, pid: Number(pid) };
}
