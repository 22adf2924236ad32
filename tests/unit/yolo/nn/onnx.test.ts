import { describe, expect, it } from 'vitest';
import { ONNX_TYPE, type OnnxModel } from '../../../../steps/yolo/nn/onnx/onnx-model.ts';
import { readOnnx } from '../../../../steps/yolo/nn/onnx/read-onnx.ts';
import { writeOnnx } from '../../../../steps/yolo/nn/onnx/write-onnx.ts';

const tensor = {
  name: 'w',
  dims: [2],
  dataType: ONNX_TYPE.float32,
  raw: new Uint8Array(Float32Array.of(1, -2).buffer),
};
const model: OnnxModel = {
  producer: 'sluice',
  opsets: { '': 18, 'com.microsoft': 1 },
  metadata: { names: "{0: 'Köchin'}", empty: '' },
  nodes: [
    {
      name: 'n0',
      type: 'Resize',
      domain: '',
      inputs: ['x', '', 'w'],
      outputs: ['y', 'z'],
      attributes: [
        { name: 'axis', kind: 'int', value: -1 },
        { name: 'epsilon', kind: 'float', value: 0.5 },
        { name: 'mode', kind: 'text', value: 'nearest' },
        { name: 'pads', kind: 'ints', value: [1, -1, 300] },
        { name: 'value', kind: 'tensor', value: tensor },
      ],
    },
  ],
  initializers: [tensor],
  inputs: [{ name: 'x', dataType: ONNX_TYPE.int64, shape: [2, 'boxes'] }],
  outputs: [{ name: 'y', dataType: ONNX_TYPE.float32, shape: [] }],
};

describe('ONNX files', () => {
  it('come back as they were written', () => {
    expect(readOnnx(writeOnnx(model))).toEqual(model);
  });

  it('that are none are refused', () => {
    expect(() => readOnnx(Buffer.from('no such thing'))).toThrow();
    expect(() => readOnnx(new Uint8Array(0))).toThrow(/no graph/);
  });

  it('give raw bytes that own their memory', () => {
    const bytes = writeOnnx(model);
    const { initializers } = readOnnx(bytes);
    bytes.fill(0);
    expect(new Float32Array(initializers[0]!.raw.buffer)).toEqual(Float32Array.of(1, -2));
  });
});
