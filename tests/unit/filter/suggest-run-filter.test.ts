import { describe, expect, it } from 'vitest';
import { suggestRunFilter } from '../../../framework/filter/suggest-run-filter.ts';

const NAMES = { param: ['lr0', 'with space'], metric: ['loss', 'mAP50'], tag: ['nightly', 'a b'] } as const;

const suggest = (text: string, cursor = text.length) =>
  suggestRunFilter({
    text,
    cursor,
    store: {
      knownNames: async (of, { prefix }) => NAMES[of].filter((name) => name.startsWith(prefix)),
      pipelineStatistics: async () => [{ pipeline: 'train', runs: 3, ended: 3, succeeded: 3, newest: 'x' }],
    },
    pipelines: ['train', 'test'],
    stacks: ['local', 'team'],
  });

/** The text as it stands when a suggestion is chosen. */
async function chosen(text: string, wanted: string): Promise<string | undefined> {
  const { from, to, items } = await suggest(text);
  const item = items.find((one) => one.text.startsWith(wanted));
  return item && `${text.slice(0, from)}${item.text}${text.slice(to)}`;
}

describe('suggestions for a filter', () => {
  it('complete keys, names and values where the cursor stands', async () => {
    expect(await chosen('', 'status')).toBe('status:');
    expect(await chosen('status:failed -ta', 'tag')).toBe('status:failed -tag:');
    expect(await chosen('metr', 'metrics')).toBe('metrics.');
    expect(await chosen('metrics.m', 'metrics.')).toBe('metrics.mAP50>');
    expect(await chosen('params.w', 'params.')).toBe('params."with space"=');
    expect(await chosen('status:failed,l', 'lost')).toBe('status:failed,lost');
    expect(await chosen('tag:', '"a b"')).toBe('tag:"a b"');
    expect(await chosen('-pipeline:t', 'test')).toBe('-pipeline:test');
    expect(await chosen('stack:', 'team')).toBe('stack:team');
    expect((await suggest('nobody:knows')).items).toEqual([]);
  });

  it('look at the word before the cursor alone', async () => {
    const { from, to, items } = await suggest('sta tag:x', 3);
    expect([from, to]).toEqual([0, 3]);
    expect(items.map(({ text }) => text).sort()).toEqual(['stack:', 'status:']);
  });
});
