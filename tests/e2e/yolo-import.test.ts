import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { calibrateBatchNorm } from '../../steps/yolo/model/calibrate-batch-norm.ts';
import { importOnnx } from '../../steps/yolo/model/import-onnx.ts';
import { openDetectGraph } from '../../steps/yolo/model/open-detect-graph.ts';
import { namesOfPythonDict } from '../../steps/yolo/model/python-literal.ts';
import { ONNX_TYPE, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../steps/yolo/nn/onnx/onnx-model.ts';
import { readOnnx } from '../../steps/yolo/nn/onnx/read-onnx.ts';
import { writeOnnx } from '../../steps/yolo/nn/onnx/write-onnx.ts';
import { openSession } from '../../steps/yolo/nn/session.ts';
import { testData } from './test-data.ts';

const weightsFolder = testData('weights');
const picturesFolder = testData('images');
const source = join(weightsFolder ?? '', 'yolov8n_int8.onnx');
const size = [640, 640] as const;

/**
 * The shared model quantises activations too (DynamicQuantizeLinear, ConvInteger), which no float network can equal. So its own graph, of which our code knows
 * nothing, runs with its quantised weights taken at their float values and its activations left alone.
 */
describe.runIf(weightsFolder !== undefined && picturesFolder !== undefined)(
  'weights imported from an int8 model',
  () => {
    it('give the predictions of the source graph to 1e-3 on real pictures', async () => {
      const model = readOnnx(await readFile(source));
      const names = namesOfPythonDict(model.metadata['names'] ?? '')!;
      expect(names).toHaveLength(80);
      const imported = await importOnnx(source, { names });
      const ours = await openDetectGraph(imported.architecture, imported.weights, { batch: 1, size });
      const theirs = await openSession(writeOnnx(withFloatActivations(model)));
      for (const file of ['bus_ultralytics.jpg', 'zidane.jpg']) {
        const images = await picture(join(picturesFolder!, file));
        const a = await ours.run(images);
        const b = (await theirs.run({ images: { shape: [1, 3, ...size], data: images } })).get(
          'output0',
        ) as Float32Array;
        expect(a).toHaveLength(b.length);
        const anchors = a.length / 84;
        // Boxes in pixels, up to 640 of them, where 1e-3 is 13 roundings; scores from 0 to 1.
        expect(largest(a.subarray(4 * anchors), b.subarray(4 * anchors))).toBeLessThan(1e-4);
        expect(largest(a.subarray(0, 4 * anchors), b.subarray(0, 4 * anchors))).toBeLessThan(1e-3);
        const person = a.subarray(4 * anchors, 5 * anchors);
        expect(person.reduce((most, score) => Math.max(most, score), 0)).toBeGreaterThan(0.7);
      }
      await ours.close();
      await theirs.close();
    });

    it('keep the person row when only persons are asked for, before and after calibration', async () => {
      const all = await importOnnx(source, {
        names: namesOfPythonDict(readOnnx(await readFile(source)).metadata['names']!)!,
      });
      const one = await importOnnx(source, { names: ['person'] });
      expect(one).toMatchObject({ folded: true, freshClasses: [] });
      expect(one.architecture).toMatchObject({ model: 'yolov8n', classWidth: 80 });
      const images = await picture(join(picturesFolder!, 'zidane.jpg'));
      const calibrated = await calibrateBatchNorm(one.architecture, one.weights, { batch: 1, size, batches: [images] });
      const predictions: Float32Array[] = [];
      for (const { architecture, weights } of [all, one, { ...one, weights: calibrated }]) {
        const graph = await openDetectGraph(architecture, weights, { batch: 1, size });
        predictions.push(await graph.run(images));
        await graph.close();
      }
      const [a, b, c] = predictions;
      const anchors = b!.length / 5;
      expect(largest(a!.subarray(0, 5 * anchors), b!)).toBeLessThan(1e-3);
      expect(largest(b!.subarray(4 * anchors), c!.subarray(4 * anchors))).toBeLessThan(1e-4);
      expect(largest(b!, c!)).toBeLessThan(2e-3);
    });

    it('of another network are refused, naming the first parameter', async () => {
      await expect(importOnnx(join(weightsFolder!, 'yolox_nano.onnx'), { names: ['person'] })).rejects.toMatchObject({
        code: 'ERR_INPUT',
        message: 'Parameter model.0.conv.weight is missing in yolox_nano.onnx.',
      });
    });
  },
);

async function picture(path: string): Promise<Float32Array> {
  const pixels = await sharp(path)
    .resize(size[1], size[0], { fit: 'contain', background: { r: 114, g: 114, b: 114 } })
    .removeAlpha()
    .raw()
    .toBuffer();
  const plane = size[0] * size[1];
  return Float32Array.from({ length: 3 * plane }, (_, i) => pixels[(i % plane) * 3 + Math.floor(i / plane)]! / 255);
}

function largest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

/**
 * ConvInteger(x, q, zero points) × scales becomes Conv(x, q - zero point) × scale: the quantiser of x falls away and its scale becomes 1.
 */
function withFloatActivations(model: OnnxModel): OnnxModel {
  const tensors = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const original = new Map<string, string>();
  const added: OnnxTensor[] = [];
  for (const { type, inputs, outputs } of model.nodes) {
    if (type !== 'DynamicQuantizeLinear') continue;
    original.set(outputs[0]!, inputs[0]!);
    added.push(floats(outputs[1]!, [], Float32Array.of(1)));
  }
  const nodes = model.nodes.flatMap((node): OnnxNode[] => {
    if (node.type === 'DynamicQuantizeLinear') return [];
    if (node.type !== 'ConvInteger') return [node];
    const [x, q, , zero] = node.inputs as [string, string, string, string];
    const centred = `${node.outputs[0]}_weights`;
    const values = new Int8Array(tensors.get(q)!.raw.buffer);
    const zeroPoint = tensors.get(zero)!;
    // uint8 and int8 files both exist; this one's type is that of its zero point.
    const unsigned = zeroPoint.dataType === ONNX_TYPE.uint8;
    const at = unsigned ? zeroPoint.raw[0]! : new Int8Array(zeroPoint.raw.buffer)[0]!;
    const numbers = Float32Array.from(values, (value) => (unsigned ? value & 255 : value) - at);
    added.push(floats(centred, tensors.get(q)!.dims, numbers));
    return [{ ...node, type: 'Conv', inputs: [original.get(x)!, centred] }];
  });
  return { ...model, nodes, initializers: [...model.initializers, ...added] };
}

function floats(name: string, dims: readonly number[], numbers: Float32Array): OnnxTensor {
  return { name, dims, dataType: ONNX_TYPE.float32, raw: new Uint8Array(numbers.buffer) };
}
