import type { Claim, MetadataStore } from '../../../framework/components/metadata-store.ts';
import { keyOf } from './sample-records.ts';

/** Milliseconds of a claim that nobody says otherwise of. */
export const LEASE = 1000;

/** The claim of a key that is free. */
export async function claimed(store: MetadataStore, text: string, owner = 'me', leaseMs = LEASE): Promise<Claim> {
  const answer = await store.claim(keyOf(text), owner, leaseMs);
  if ('claim' in answer) return answer.claim;
  throw new Error(`${owner} did not get the claim: ${answer.heldBy.owner} has it`);
}
