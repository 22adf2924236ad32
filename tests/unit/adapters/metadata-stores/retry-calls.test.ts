import { describe, expect, it } from 'vitest';
import { createRetry, retryCalls } from '../../../../framework/adapters/metadata-stores/retry-calls.ts';
import type { MetadataStore } from '../../../../framework/components/metadata-store.ts';
import { keyOf } from '../../../conformance/metadata-store/sample-records.ts';

const lost = (): Error => Object.assign(new Error('reset'), { code: 'ECONNRESET' });
const starting = (): Error => Object.assign(new Error('starting up'), { code: '57P03' });
const explained = (error: unknown): unknown => ({ explained: error });

const retryOf = (closed = new AbortController()) => createRetry({ explain: explained, closed: closed.signal });

/** Fails with these, one a try, and ends well after them. */
function failing(...faults: readonly Error[]): { call: () => Promise<string>; tries: () => number } {
  let tries = 0;
  return {
    call: async () => {
      const fault = faults[tries++];
      if (fault) throw fault;
      return 'done';
    },
    tries: () => tries,
  };
}

describe('calls of a store whose server may be away', () => {
  it('are tried again once the server has been reached, and not before', async () => {
    const retry = retryOf();
    const first = failing(lost());
    await expect(retry(first.call)).rejects.toEqual({ explained: lost() });
    expect(first.tries()).toBe(1);
    await retry(failing().call);
    const second = failing(lost(), lost());
    expect([await retry(second.call), second.tries()]).toEqual(['done', 3]);
  });

  it('wait for a server that says that it is starting', async () => {
    const one = failing(starting(), starting());
    expect([await retryOf()(one.call), one.tries()]).toEqual(['done', 3]);
  });

  it('fail at once with what another try does not mend', async () => {
    const retry = retryOf();
    await retry(failing().call);
    const one = failing(new Error('a fault of ours'));
    await expect(retry(one.call)).rejects.toEqual({ explained: new Error('a fault of ours') });
    expect(one.tries()).toBe(1);
  });

  it('end when the store is closed', async () => {
    const closed = new AbortController();
    const retry = retryOf(closed);
    await retry(failing().call);
    const endless = retry(() => Promise.reject(lost()));
    closed.abort();
    await expect(endless).rejects.toEqual({ explained: lost() });
  });

  it('take a claim for their own whose answer was lost, and only then', async () => {
    const held = { key: keyOf('a'), owner: 'me', fence: 1, expiresAt: 1 };
    const faults = [lost()];
    const claim: MetadataStore['claim'] = async () => {
      const fault = faults.pop();
      if (fault) throw fault;
      return { heldBy: held };
    };
    const retry = retryOf();
    await retry(failing().call);
    const store = retryCalls({ claim } as MetadataStore, retry);
    expect(await store.claim(keyOf('a'), 'me', 1000)).toEqual({ claim: held });
    // The same owner twice, and no answer lost: it waits for itself.
    expect(await store.claim(keyOf('a'), 'me', 1000)).toEqual({ heldBy: held });
    faults.push(lost());
    expect(await store.claim(keyOf('a'), 'you', 1000)).toEqual({ heldBy: held });
  });
});
