import { existsSync } from 'node:fs';
import type { EventSink } from '../../model/run-event.ts';
import { viewerStateFile } from '../../server/viewer-state-file.ts';
import type { Reporter } from '../reporters/reporter.ts';

/** Says where a run can be watched, when a viewer of the project runs. Where none ever did, it costs one look for a file. */
export function namingViewer(
  sink: EventSink,
  { home, reporter }: { readonly home: string; readonly reporter: Reporter },
): EventSink {
  if (!existsSync(viewerStateFile(home))) return sink;
  return (event) => {
    sink(event);
    if (event.type === 'run-started') void sayLink(event.run.id, home, reporter);
  };
}

async function sayLink(run: string, home: string, reporter: Reporter): Promise<void> {
  const { runningViewer } = await import('../../server/viewer-state.ts');
  const viewer = await runningViewer(home);
  if (viewer) reporter.note(`Watch it: ${viewer.url}/runs/${run}`);
}
