import { expect, it } from 'vitest';
import { type Nesting, nestedSteps } from '../../../../framework/adapters/trackers/mlflow/nested-steps.ts';

const node = (id: string, parents: readonly string[] = [], step = id) => ({ id, step, parents });

const nested = (nodes: readonly { readonly id: string }[], nesting: Nesting = 'parallel'): string[] => {
  const isNested = nestedSteps({ pipeline: 'p', nodes }, nesting);
  return nodes.map(({ id }) => id).filter(isNested);
};

it('a chain of different steps is one run', () => {
  expect(nested([node('prepare'), node('train', ['prepare']), node('report', ['train', 'prepare'])])).toEqual([]);
});

it('steps that may run beside each other have nested runs; what all wait for, and what waits for all, has not', () => {
  const nodes = [node('load'), node('a', ['load']), node('b', ['load']), node('b2', ['b']), node('join', ['a', 'b2'])];
  expect(nested(nodes)).toEqual(['a', 'b', 'b2']);
});

it('a step that is called again has nested runs, also one after the other', () => {
  expect(nested([node('train'), node('train-2', ['train'], 'train'), node('end', ['train-2'])])).toEqual([
    'train',
    'train-2',
  ]);
});

it('may be all or none', () => {
  const nodes = [node('a'), node('b')];
  expect(nested(nodes, 'all')).toEqual(['a', 'b']);
  expect(nested(nodes, 'none')).toEqual([]);
});

it('knows no node of a plan that it does not know', () => {
  expect(nestedSteps(null, 'parallel')('a')).toBe(false);
});
