import { describe, expect, it } from 'vitest';
import { emitModel } from '../../../../steps/yolo/nn/emit-model.ts';
import { gradients } from '../../../../steps/yolo/nn/gradients.ts';
import { readOnnx } from '../../../../steps/yolo/nn/onnx/read-onnx.ts';
import { add, mul, scale, sub } from '../../../../steps/yolo/nn/ops/arithmetic.ts';
import { exp } from '../../../../steps/yolo/nn/ops/unary.ts';
import { input, scalar, stopGradient } from '../../../../steps/yolo/nn/value.ts';
import { evaluate } from './check-gradient.ts';

const number = (value: number) => ({ shape: [], data: Float32Array.of(value) });

describe('gradients', () => {
  it('adds up what comes from several uses of one value', async () => {
    const x = input('x', []);
    const y = add(mul(x, x), scale(x, 3));
    const [gradient] = gradients(y, [x]);
    const result = await evaluate({ gradient: gradient! }, [x], { x: number(5) });
    expect(result.get('gradient')).toEqual(Float32Array.of(13));
  });

  it('stops at a barrier, which keeps its value', async () => {
    const x = input('x', []);
    const y = mul(x, stopGradient(mul(x, x)));
    const [gradient] = gradients(y, [x]);
    const result = await evaluate({ y, gradient: gradient! }, [x], { x: number(2) });
    expect(result.get('y')).toEqual(Float32Array.of(8));
    expect(result.get('gradient')).toEqual(Float32Array.of(4));
  });

  it('refuses a source that the loss does not depend on', () => {
    const x = input('x', []);
    const idle = input('idle', []);
    expect(() => gradients(mul(x, x), [x, idle])).toThrow(/does not depend on source 1 \(idle\)/);
  });

  it('refuses a loss of several elements', () => {
    const x = input('x', [2]);
    expect(() => gradients(exp(x), [x])).toThrow(/loss of one element/);
  });
});

describe('emitModel', () => {
  it('leaves out what no output needs, and writes equal operators and constants once', () => {
    const x = input('x', [3]);
    const unused = exp(x);
    expect(unused.shape).toEqual([3]);
    const y = add(mul(x, scalar(2)), mul(x, scalar(2)));
    const { nodes, initializers } = readOnnx(emitModel({ inputs: [x], outputs: { y } }));
    expect(nodes.map(({ type }) => type)).toEqual(['Mul', 'Add']);
    expect(initializers).toHaveLength(1);
  });

  it('gives the same bytes for the same graph, however many were made before', () => {
    const build = (): Uint8Array => {
      const x = input('x', [3]);
      return emitModel({ inputs: [x], outputs: { y: sub(exp(x), x), x: exp(x) } });
    };
    expect(build()).toEqual(build());
  });

  it('feeds frozen barriers instead of computing them', async () => {
    const x = input('x', []);
    const held = stopGradient(exp(x));
    const model = readOnnx(emitModel({ inputs: [x], outputs: { y: mul(x, held) }, frozen: { held } }));
    expect(model.inputs.map(({ name }) => name)).toEqual(['x', 'held']);
    expect(model.nodes.map(({ type }) => type)).toEqual(['Mul']);
  });

  it('gives an input, and one value under two names, as outputs', async () => {
    const x = input('x', []);
    const y = exp(x);
    const result = await evaluate({ same: x, a: y, b: y }, [x], { x: number(0) });
    expect([...result.values()].map((data) => data[0])).toEqual([0, 1, 1]);
  });
});
