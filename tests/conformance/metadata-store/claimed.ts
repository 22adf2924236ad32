import type { Claim, MetadataStore } from '../../../framework/components/metadata-store.ts';
import { keyOf } from './sample-records.ts';

/** Milliseconds of every claim of the cases. */
export const LEASE = 1000;

/** The claim of a key that is free. */
export async function claimed(store: MetadataStore, text: string, owner = 'me'): Promise<Claim> {
  const answer = await store.claim(keyOf(text), owner, LEASE);
  if ('claim' in answer) return answer.claim;
  throw new Error(`${owner} did not get the claim: ${answer.heldBy.owner} has it`);
}
