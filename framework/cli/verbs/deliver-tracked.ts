import type { Call } from '../commands/command-kit.ts';
import { withTracker } from './with-stack.ts';

/** `sluice deliver-tracked`: what runs start by themselves when they end before everything is delivered. Says nothing: nobody listens. */
export async function deliverTrackedVerb({ invocation }: Call): Promise<undefined> {
  await withTracker(invocation, ({ experimentTracker }) => experimentTracker.backlog.deliver());
}
