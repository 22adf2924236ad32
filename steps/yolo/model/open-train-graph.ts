import { emitModel } from '../nn/emit-model.ts';
import { gradients } from '../nn/gradients.ts';
import { openSession, type SessionOptions } from '../nn/session.ts';
import type { Value } from '../nn/value.ts';
import { anchorsOf } from './anchors.ts';
import { candidateFeeds } from './candidate-inputs.ts';
import { lossItems } from './detection-loss.ts';
import type { Architecture, LossGains, TrainGraph } from './detector.ts';
import { checkSizes, type GraphOptions } from './graph-options.ts';
import { parameterFeeds } from './parameter-inputs.ts';
import { type TrainExpression, trainExpression } from './train-expression.ts';

export interface TrainGraphOptions extends GraphOptions, Pick<SessionOptions, 'profile' | 'spinning'> {
  readonly gains: LossGains;
}

/** Names of the graph's outputs. */
const LOSS = 'loss';
const gradientOf = (name: string): string => `gradient:${name}`;

/** The whole training step as ONNX bytes: losses, gradients of all trained parameters, batch statistics. */
export function trainModel(expression: TrainExpression): Uint8Array {
  const { inputs, trained, loss, statistics } = expression;
  const found = gradients(loss.total, [...trained.values()]);
  return emitModel({
    inputs,
    outputs: {
      [LOSS]: loss.items,
      ...Object.fromEntries([...trained.keys()].map((name, i) => [gradientOf(name), unshaped(found[i]!)])),
      ...Object.fromEntries(statistics),
    },
  });
}

/** The same numbers before they were only given another shape: an output made by a Reshape would be a copy. */
function unshaped(value: Value): Value {
  const { what, inputs } = value.node;
  return what.kind === 'operator' && what.type === 'Reshape' ? unshaped(inputs[0]!) : value;
}

/**
 * Opens the training step of a network for one batch size and picture size: one ONNX graph, run once a batch, that goes from pictures, labels and parameters
 * to losses, gradients and batch statistics. Equal inputs and threads give equal bytes.
 *
 *     const graph = await openTrainGraph(architecture, { batch: 4, size: [320, 320], gains: { box: 7.5, cls: 0.5, dfl: 1.5 } });
 *     const { loss, gradients } = await graph.step(weights, { images, targets });
 */
export async function openTrainGraph(architecture: Architecture, options: TrainGraphOptions): Promise<TrainGraph> {
  checkSizes(architecture, options);
  const { batch, size } = options;
  const anchors = anchorsOf(size, architecture.strides);
  const expression = trainExpression(architecture, options);
  const session = await openSession(trainModel(expression), { ...options, optimize: false });
  // Names alone: a closure over the expression would keep its thousands of nodes, which the garbage collector would visit again and again.
  const names = [...expression.trained.keys()];
  const statistics = [...expression.statistics.keys()];
  return {
    batch,
    size,
    get runtimeMs() {
      return session.runtimeMs;
    },
    async step(weights, { images, targets }) {
      const outputs = await session.run({
        images: { shape: [batch, 3, ...size], data: images },
        ...candidateFeeds(targets, { anchors, classes: architecture.names.length, size }),
        ...parameterFeeds(weights, names),
      });
      const floats = (name: string): Float32Array => outputs.get(name) as Float32Array;
      return {
        loss: lossItems(floats(LOSS)),
        gradients: new Map(names.map((name) => [name, floats(gradientOf(name))])),
        batchStatistics: new Map(statistics.map((name) => [name, floats(name)])),
      };
    },
    close: () => session.close(),
  };
}
