import { existsSync } from 'node:fs';
import type { EventSink } from '../../model/run-event.ts';
import { viewerStateFile } from '../../server/viewer-state-file.ts';
import type { Reporter } from '../reporters/reporter.ts';

/** Says where a run can be watched, when a viewer of the project runs. Where none does, it costs one look for a file. */
export async function namingViewer(
  sink: EventSink,
  { home, reporter }: { readonly home: string; readonly reporter: Reporter },
): Promise<EventSink> {
  if (!existsSync(viewerStateFile(home))) return sink;
  const { runningViewer } = await import('../../server/viewer-state.ts');
  const viewer = await runningViewer(home);
  if (!viewer) return sink;
  return (event) => {
    sink(event);
    if (event.type === 'run-started') reporter.note(`Watch it: ${viewer.url}/runs/${event.run.id}`);
  };
}
