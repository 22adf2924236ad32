import type { Status } from './status.ts';

/**
 * What `/api/events` sends (server-sent events; the id is a number that `Last-Event-ID` resumes from).
 * `runs`: these runs changed, null when it is not known which (look again at everything).
 * `run`: the state of one run after a change; sent for every changed run, at most 50 in one go.
 */
export type LiveEvent =
  | { readonly event: 'runs'; readonly data: { readonly runs: readonly string[] | null } }
  | {
      readonly event: 'run';
      readonly data: {
        readonly id: string;
        /** Null: it was deleted. */
        readonly status: Status | null;
      };
    };
