import type { MetadataStore } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import { nearest } from '../../nearest.ts';

/** The run that a user means by an id, the beginning of one, a name or `latest`. @throws ERR_NOT_FOUND. */
export async function findRun(store: MetadataStore, reference: string): Promise<RunRecord> {
  const run = await store.findRun(reference);
  if (run) return run;
  const { items } = await store.listRuns({ limit: 100 });
  const meant = nearest(reference, [...new Set(items.flatMap(({ name, id }) => [name, id]))]);
  throw sluiceError('ERR_NOT_FOUND', {
    what: 'run',
    reference,
    hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}${items.length > 0 ? 'sluice runs list shows them; "latest" is the newest.' : 'This stack has no runs yet.'}`,
  });
}

/** The step run that a user means by a node's id or a step's name (the first call of it). @throws ERR_NOT_FOUND. */
export function findStep(run: RunRecord, steps: readonly StepRunRecord[], reference: string): StepRunRecord {
  const step = steps.find(({ node }) => node === reference) ?? steps.find(({ step }) => step === reference);
  if (step) return step;
  const nodes = steps.map(({ node }) => node);
  const meant = nearest(reference, nodes);
  throw sluiceError('ERR_NOT_FOUND', {
    what: `step in run ${run.name}:`,
    reference,
    hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}It has ${nodes.slice(0, 20).join(', ')}${nodes.length > 20 ? ' …' : ''}.`,
  });
}
