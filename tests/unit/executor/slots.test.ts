import { describe, expect, it } from 'vitest';
import { createSlots, type Slots } from '../../../framework/executor/slots.ts';

/** Takes without waiting for the answer; `got` tells in which order wishes were granted. */
function taker(slots: Slots) {
  const got: string[] = [];
  const gives = new Map<string, () => void>();
  return {
    got,
    async take(name: string, wish: Readonly<Record<string, number>>): Promise<void> {
      void slots.take(wish).then((give) => {
        got.push(give ? name : `${name} refused`);
        if (give) gives.set(name, give);
      });
      await Promise.resolve();
      await Promise.resolve();
    },
    async give(name: string): Promise<void> {
      gives.get(name)?.();
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

describe('slots', () => {
  it('are taken together or not at all, in the order of asking', async () => {
    const { got, take, give } = taker(createSlots({ step: 2, gpu: 1 }));
    await take('a', { step: 1, gpu: 1 });
    await take('b', { step: 1, gpu: 1 });
    await take('c', { step: 1, gpu: 1 });
    expect(got).toEqual(['a']);
    await give('a');
    expect(got).toEqual(['a', 'b']);
    await give('a');
    expect(got).toEqual(['a', 'b']);
    await give('b');
    expect(got).toEqual(['a', 'b', 'c']);
  });

  it('let a small wish pass one that does not fit yet', async () => {
    const { got, take, give } = taker(createSlots({ cpu: 4 }));
    await take('half', { cpu: 2 });
    await take('all', { cpu: 4 });
    await take('one', { cpu: 1 });
    expect(got).toEqual(['half', 'one']);
    await give('half');
    await give('one');
    expect(got).toEqual(['half', 'one', 'all']);
  });

  it('give a wish above the capacity all there is, and do not limit what has no capacity', async () => {
    const { got, take } = taker(createSlots({ cpu: 2 }));
    await take('huge', { cpu: 99, disks: 5 });
    await take('next', { cpu: 1 });
    expect(got).toEqual(['huge']);
  });

  it('refuse everyone once closed, those who wait too', async () => {
    const slots = createSlots({ step: 1 });
    const { got, take } = taker(slots);
    await take('a', { step: 1 });
    await take('b', { step: 1 });
    slots.close();
    await take('c', { step: 1 });
    expect(got.toSorted()).toEqual(['a', 'b refused', 'c refused']);
    expect(slots.closed.aborted).toBe(true);
  });
});
