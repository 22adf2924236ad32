import type { EventSink } from '../../model/run-event.ts';
import { TELL_PARENT } from '../../server/launch/tell-parent.ts';

/** Tells whoever started this command over a channel, as the viewer does, which run it began. Everybody else is told nothing. */
export function tellingParent(sink: EventSink, env: NodeJS.ProcessEnv): EventSink {
  if (env[TELL_PARENT] === undefined) return sink;
  return (event) => {
    if (event.type === 'run-started') process.send?.({ id: event.run.id, name: event.run.name });
    sink(event);
  };
}
