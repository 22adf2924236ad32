import { expect, it } from 'vitest';
import { pathEdges } from '../../../framework/viewer/graph/path-edges.ts';

it('joins each node of a path to the one before it, and no two others', () => {
  const edges = pathEdges(new Set(['prepare', 'train', 'evaluate']));
  expect([edges.get('train'), edges.get('evaluate'), edges.get('prepare')]).toEqual(['prepare', 'train', undefined]);
});
