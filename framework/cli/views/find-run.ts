import type { MetadataStore } from '../../components/metadata-store.ts';
import { sluiceError } from '../../errors.ts';
import type { RunRecord, StepRunRecord } from '../../model/run.ts';
import { nearest } from '../../nearest.ts';
import { relativeTime } from '../format/relative-time.ts';

/**
 * The run that a user means by an id, the beginning of one, a name or `latest`.
 * @throws ERR_NOT_FOUND, and ERR_USAGE when several runs have that name.
 */
export async function findRun(store: MetadataStore, reference: string): Promise<RunRecord> {
  const run = await store.findRun(reference);
  if (run?.name === reference && run.id !== reference) await refuseTwins(store, reference);
  if (run) return run;
  const { items } = await store.listRuns({ limit: 100 });
  const meant = nearest(reference, ['latest', ...new Set(items.flatMap(({ name, id }) => [name, id]))]);
  throw sluiceError('ERR_NOT_FOUND', {
    what: 'run',
    reference,
    hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}${items.length > 0 ? 'sluice runs list shows them; "latest" is the newest.' : 'This stack has no runs yet.'}`,
  });
}

/** How many are named when one has to be chosen. */
const CHOICES = 5;

/** Names that users give may come again. */
async function refuseTwins(store: Pick<MetadataStore, 'listRuns'>, name: string): Promise<void> {
  const { items, next } = await store.listRuns({
    where: [{ kind: 'word', word: 'name', values: [name], not: false }],
    limit: CHOICES,
  });
  // A `*` in the name is one of any characters in a filter.
  const twins = items.filter((run) => run.name === name);
  const [newest, ...others] = twins;
  if (!newest || others.length === 0) return;
  const now = Date.now();
  const said = twins
    .map(({ id, status, createdAt }) => `${id} (${status}, ${relativeTime(createdAt, now)})`)
    .join(', ');
  throw sluiceError('ERR_USAGE', {
    message: `Several runs are called ${name}, newest first: ${said}${next === null ? '' : ' …'}.`,
    hint: `Say which by its id: ${newest.id} is the newest.`,
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
