import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Weights } from '../../../../steps/yolo/model/detector.ts';
import { exportOnnx } from '../../../../steps/yolo/model/export-onnx.ts';
import { importOnnx } from '../../../../steps/yolo/model/import-onnx.ts';
import { importSafetensors } from '../../../../steps/yolo/model/import-safetensors.ts';
import { initialWeights } from '../../../../steps/yolo/model/initial-weights.ts';
import { openDetectGraph } from '../../../../steps/yolo/model/open-detect-graph.ts';
import { writeSafetensors } from '../../../../steps/yolo/model/safetensors.ts';
import { yolov8 } from '../../../../steps/yolo/model/yolov8.ts';
import { ONNX_TYPE, type OnnxModel, type OnnxTensor } from '../../../../steps/yolo/nn/onnx/onnx-model.ts';
import { readOnnx } from '../../../../steps/yolo/nn/onnx/read-onnx.ts';
import { writeOnnx } from '../../../../steps/yolo/nn/onnx/write-onnx.ts';
import { openSession } from '../../../../steps/yolo/nn/session.ts';
import { generator } from '../nn/check-gradient.ts';

const names = ['cat', "driver's cab", 'dog'];
const architecture = yolov8({ scale: 'n', names });
const imgsz = 64;
const size = [imgsz, imgsz] as const;
const random = generator(5);
const images = Float32Array.from({ length: 3 * imgsz * imgsz }, () => random());
let folder = '';
let path = '';
let weights: Weights;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'yolo-weights-'));
  weights = initialWeights(architecture, 1);
  // Batch norms that do something, and a class bias that tells the rows apart.
  for (const [name, { data }] of weights) {
    const fill = (value: (i: number) => number): void => data.set(Array.from(data, (_, i) => value(i)));
    if (name.endsWith('.bn.running_var')) fill(() => 0.01 + 0.02 * random());
    if (name.endsWith('.bn.running_mean')) fill(() => 0.1 * random());
    if (/cv3\.\d\.2\.bias/.test(name)) fill((i) => i);
  }
  path = join(folder, 'best.onnx');
  await exportOnnx(architecture, weights, { imgsz, path });
});
afterAll(() => rm(folder, { recursive: true }));

async function predict(withNames: readonly string[], tensors: Weights, classWidth = 64): Promise<Float32Array> {
  const graph = await openDetectGraph(yolov8({ scale: 'n', names: withNames, classWidth }), tensors, {
    batch: 1,
    size,
  });
  const predictions = await graph.run(images);
  await graph.close();
  return predictions;
}

const largest = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe('exportOnnx', () => {
  it('writes a file that onnxruntime runs to the same predictions', async () => {
    const session = await openSession(path);
    expect(session.inputNames).toEqual(['images']);
    const outputs = await session.run({ images: { shape: [1, 3, imgsz, imgsz], data: images } });
    await session.close();
    expect(largest(outputs.get('output0') as Float32Array, await predict(names, weights))).toBeLessThan(1e-4);
  });

  it("names shapes and metadata as Ultralytics' exports do", async () => {
    const { inputs, outputs, metadata } = readOnnx(await readFile(path));
    expect(inputs).toEqual([{ name: 'images', dataType: 1, shape: [1, 3, 64, 64] }]);
    expect(outputs).toEqual([{ name: 'output0', dataType: 1, shape: [1, 7, 84] }]);
    expect(metadata).toMatchObject({
      names: `{0: 'cat', 1: "driver's cab", 2: 'dog'}`,
      stride: '32',
      task: 'detect',
      imgsz: '[64, 64]',
      batch: '1',
    });
  });

  it('writes the same bytes again', async () => {
    const again = join(folder, 'again.onnx');
    await exportOnnx(architecture, weights, { imgsz, path: again });
    expect((await readFile(again)).equals(await readFile(path))).toBe(true);
  });
});

describe('importOnnx', () => {
  it('reads our own export back: the same predictions, batch norms folded', async () => {
    const read = await importOnnx(path, { names });
    expect(read).toMatchObject({ folded: true, freshClasses: [], sourceNames: names });
    expect(read.architecture.model).toBe('yolov8n');
    expect(largest(await predict(names, read.weights), await predict(names, weights))).toBeLessThan(1e-3);
  });

  it('carries class rows over by name, in the order asked for', async () => {
    const { weights: read, freshClasses } = await importOnnx(path, { names: ['dog', 'cow', 'cat'] });
    expect(freshClasses).toEqual(['cow']);
    const bias = read.get('model.22.cv3.0.2.bias')!.data;
    expect([bias[0], bias[2]]).toEqual([2, 0]);
    expect(bias[1]).toBeCloseTo(Math.log(5 / 3 / 80 ** 2), 5);
    const all = await predict(names, weights);
    const some = await predict(['dog', 'cow', 'cat'], read);
    const row = (predictions: Float32Array, i: number): Float32Array => predictions.subarray(i * 84, (i + 1) * 84);
    expect(largest(row(some, 4), row(all, 6))).toBeLessThan(1e-3);
    expect(largest(row(some, 6), row(all, 4))).toBeLessThan(1e-3);
  });

  it('keeps the width of the class branch of the source', async () => {
    const eighty = Array.from({ length: 80 }, (_, i) => `class ${i}`);
    const wide = yolov8({ scale: 'n', names: eighty });
    const file = join(folder, 'wide.onnx');
    await exportOnnx(wide, initialWeights(wide, 0), { imgsz, path: file });
    const { architecture: narrow } = await importOnnx(file, { names: ['class 7'] });
    expect(narrow).toMatchObject({ names: ['class 7'], classWidth: 80 });
  });

  it('reads int8 weights, scaled as a whole or by output channel', async () => {
    const model = readOnnx(await readFile(path));
    const file = join(folder, 'int8.onnx');
    await writeFile(file, writeOnnx({ ...model, initializers: model.initializers.flatMap(quantized) }));
    const { weights: read } = await importOnnx(file, { names });
    const exact = (await importOnnx(path, { names })).weights;
    for (const name of ['model.0.conv.weight', 'model.1.conv.weight']) {
      const data = exact.get(name)!.data;
      const peak = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(largest(read.get(name)!.data, data)).toBeLessThan(peak / 127);
      expect(largest(read.get(name)!.data, data)).toBeGreaterThan(0);
    }
  });

  it('names the first parameter that another network lacks', async () => {
    const model = readOnnx(await readFile(path));
    const without = async (change: (tensor: OnnxTensor) => OnnxTensor[]): Promise<string> => {
      const file = join(folder, 'other.onnx');
      await writeFile(file, writeOnnx({ ...model, initializers: model.initializers.flatMap(change) } as OnnxModel));
      return file;
    };
    const missing = await without((t) => (t.name.startsWith('model.4.') ? [] : [t]));
    await expect(importOnnx(missing, { names })).rejects.toMatchObject({
      code: 'ERR_INPUT',
      message: 'Parameter model.4.cv1.conv.weight is missing in other.onnx.',
      hint: expect.stringContaining('shape [64, 64, 1, 1]'),
    });
    const reshaped = await without((t) => (t.name === 'model.1.conv.weight' ? [{ ...t, dims: [16, 32, 3, 3] }] : [t]));
    await expect(importOnnx(reshaped, { names })).rejects.toMatchObject({
      message: 'Parameter model.1.conv.weight of other.onnx has shape [16, 32, 3, 3].',
    });
  });

  it('refuses a file that is no ONNX model, and classes that nothing names', async () => {
    const text = join(folder, 'notes.onnx');
    await writeFile(text, 'These are only words.');
    await expect(importOnnx(text, { names })).rejects.toMatchObject({ message: 'notes.onnx is not an ONNX model.' });
    const nameless = join(folder, 'nameless.onnx');
    await writeFile(nameless, writeOnnx({ ...readOnnx(await readFile(path)), metadata: {} }));
    await expect(importOnnx(nameless, { names: ['cat'] })).rejects.toMatchObject({
      message: 'nameless.onnx has 3 classes and does not say which; 1 are asked for.',
    });
    expect((await importOnnx(nameless, { names: ['x', 'y', 'z'] })).freshClasses).toEqual([]);
  });
});

describe('importSafetensors', () => {
  it('reads trained weights exactly, batch norms as they are', async () => {
    const file = join(folder, 'best.safetensors');
    await writeSafetensors(file, weights, { names: JSON.stringify(names) });
    const read = await importSafetensors(file, { names });
    expect(read.folded).toBe(false);
    expect([...read.weights.keys()]).toEqual([...weights.keys()]);
    for (const [name, { data }] of read.weights) expect(largest(data, weights.get(name)!.data), name).toBe(0);
  });
});

/** Two kernels as the quantiser writes them: one with a single scale and a zero point, one with a scale a channel. */
function quantized(tensor: OnnxTensor): OnnxTensor[] {
  const { name, dims } = tensor;
  if (name !== 'model.0.conv.weight' && name !== 'model.1.conv.weight') return [tensor];
  const data = new Float32Array(tensor.raw.buffer);
  const groups = name === 'model.0.conv.weight' ? 1 : dims[0]!;
  const per = data.length / groups;
  const scales = Float32Array.from({ length: groups }, (_, g) => {
    return data.subarray(g * per, (g + 1) * per).reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 100;
  });
  const zero = groups === 1 ? 5 : 0;
  const q = Int8Array.from(data, (value, i) => Math.round(value / scales[Math.floor(i / per)]!) + zero);
  const zeros = new Int8Array(groups).fill(zero);
  const shape = groups === 1 ? [] : [groups];
  return [
    { name: `${name}_quantized`, dims, dataType: ONNX_TYPE.int8, raw: new Uint8Array(q.buffer) },
    { name: `${name}_scale`, dims: shape, dataType: ONNX_TYPE.float32, raw: new Uint8Array(scales.buffer) },
    { name: `${name}_zero_point`, dims: shape, dataType: ONNX_TYPE.int8, raw: new Uint8Array(zeros.buffer) },
  ];
}
