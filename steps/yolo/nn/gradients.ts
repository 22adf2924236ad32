import { add } from './ops/arithmetic.ts';
import { constant, elements, type Node, staticShape, type Value } from './value.ts';

/**
 * Reverse-mode differentiation: the gradient of a scalar by each of `sources`, as new values of the same graph (Griewank & Walther, *Evaluating Derivatives*,
 * ch. 3). Only nodes on a path from a source to the loss are visited. A source that the loss does not depend on is an error: it is always a mistake here.
 *
 * @param loss a value of one element
 * @returns gradients in the shapes of their sources, in the order of `sources`
 */
export function gradients(loss: Value, sources: readonly Value[]): Value[] {
  const path = nodesOnPath(loss, sources);
  const pending = new Map<Value, Value[]>([[loss, [constant(Float32Array.of(1), staticShape(loss))]]]);
  if (elements(staticShape(loss)) !== 1) throw new Error('Only a loss of one element can be differentiated.');
  // Ids grow from inputs to outputs: going down them meets every user of a value before the value's own node.
  for (const node of [...path].sort((a, b) => b.id - a.id)) {
    const outputs = node.outputs.map((value) => collect(pending, value));
    if (node.gradient === null || outputs.every((gradient) => gradient === null)) continue;
    const wanted = node.inputs.map((value) => value !== null && path.has(value.node));
    if (!wanted.includes(true)) continue;
    const found = node.gradient(outputs, wanted);
    node.inputs.forEach((value, i) => {
      const gradient = found[i] ?? null;
      if (value === null || gradient === null || !wanted[i]) return;
      pending.set(value, [...(pending.get(value) ?? []), gradient]);
    });
  }
  return sources.map((source, i) => {
    const gradient = collect(pending, source);
    if (gradient === null) throw new Error(`The loss does not depend on source ${i} (${describe(source)}).`);
    return gradient;
  });
}

/** Sum of what has arrived at a value, kept so that it is built once. */
function collect(pending: Map<Value, Value[]>, value: Value): Value | null {
  const parts = pending.get(value);
  if (parts === undefined) return null;
  const sum = parts.reduce((a, b) => add(a, b));
  pending.set(value, [sum]);
  return sum;
}

/** Nodes that `loss` depends on and that depend on a source; barriers cut the path. */
function nodesOnPath(loss: Value, sources: readonly Value[]): Set<Node> {
  const targets = new Set(sources.map((source) => source.node));
  const below = new Set<Node>();
  const stack = [loss.node];
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (below.has(node)) continue;
    below.add(node);
    if (node.what.kind === 'barrier') continue;
    for (const value of flowing(node)) stack.push(value.node);
  }
  const path = new Set<Node>();
  for (const node of [...below].sort((a, b) => a.id - b.id)) {
    if (targets.has(node) || flowing(node).some((value) => path.has(value.node))) path.add(node);
  }
  return path;
}

/** The inputs through which a gradient can flow: none of a barrier, not the value that an alias stands for. */
function flowing(node: Node): Value[] {
  if (node.what.kind === 'barrier') return [];
  const inputs = node.what.kind === 'alias' ? node.inputs.slice(1) : node.inputs;
  return inputs.filter((value) => value !== null);
}

function describe(value: Value): string {
  return value.node.what.kind === 'input' ? value.node.what.name : value.node.what.kind;
}
