import { inputError } from 'sluice';
import type { Feed } from '../nn/session.ts';
import { input, type Value } from '../nn/value.ts';
import type { Architecture, ParameterInfo, Weights } from './detector.ts';

/** The parameters of a network as inputs of its graph, so that weights change between runs without a new session. */
export function parameterInputs(parameters: readonly ParameterInfo[]): {
  readonly values: ReadonlyMap<string, Value>;
  readonly get: (name: string) => Value;
} {
  const values = new Map(parameters.map(({ name, shape }) => [name, input(name, shape)]));
  return {
    values,
    get(name) {
      const value = values.get(name);
      if (value === undefined) throw new Error(`The network has no parameter ${name}.`);
      return value;
    },
  };
}

/** Weights as feeds; the arrays are read in place. */
export function parameterFeeds(weights: Weights, names: Iterable<string>): Record<string, Feed> {
  const feeds: Record<string, Feed> = {};
  for (const name of names) feeds[name] = weights.get(name)!;
  return feeds;
}

/** Refuses weights of another network: names the first parameter that is missing or has another shape. */
export function checkWeights(architecture: Architecture, weights: Weights, source = 'the weights'): void {
  for (const { name, shape } of architecture.parameters) {
    const found = weights.get(name);
    const hint = `${architecture.model} with ${architecture.names.length} classes needs ${name} of shape [${shape.join(', ')}].`;
    if (found === undefined) throw inputError(`Parameter ${name} is missing in ${source}.`, hint);
    if (found.shape.length !== shape.length || found.shape.some((size, i) => size !== shape[i])) {
      throw inputError(`Parameter ${name} of ${source} has shape [${found.shape.join(', ')}].`, hint);
    }
  }
}
