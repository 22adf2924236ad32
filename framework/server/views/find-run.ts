import type { MetadataStore } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import type { RunRecord } from '../../model/run.ts';

/** The run of an id, the beginning of one, a name or `latest`. @throws ERR_NOT_FOUND. */
export async function findRun(store: MetadataStore, reference: string): Promise<RunRecord> {
  const run = await store.findRun(reference);
  if (run) return run;
  throw notFound('run', reference, 'It may have been deleted.');
}

/** Its id: the rest of a run may be long. @throws ERR_NOT_FOUND. */
export async function findRunId(store: MetadataStore, reference: string): Promise<string> {
  const overview = await store.overviewRun(reference);
  return overview ? overview.id : (await findRun(store, reference)).id;
}

export const notFound = (what: string, reference: string, hint: string): Error =>
  sluiceError('ERR_NOT_FOUND', { what, reference, hint });
