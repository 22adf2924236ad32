import { errorRow } from './error-row.ts';

/** What serves: the viewer, and the services of a stack. */
export const SERVICE_ERRORS = {
  ERR_VIEWER: errorRow<{ problem: string; fix: string }>(
    2,
    ({ problem }) => problem,
    ({ fix }) => fix,
  ),
  ERR_VIEWER_REFUSED: errorRow<{ problem: string; fix: string }>(
    2,
    ({ problem }) => problem,
    ({ fix }) => fix,
  ),
  ERR_SERVICES: errorRow<{ problem: string; fix: string }>(
    1,
    ({ problem }) => problem,
    ({ fix }) => fix,
  ),
} as const;
