import { PbfReader } from 'pbf';
import {
  ONNX_TYPE,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxPort,
  type OnnxTensor,
} from './onnx-model.ts';

/** A message while its fields arrive. */
type Draft<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Reads an ONNX file. Throws when the bytes are not one (no graph in them, or no protobuf at all). */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  const model = { producer: '', opsets: {} as Record<string, number>, metadata: {} as Record<string, string> };
  const graphs: Draft<Graph>[] = [];
  new PbfReader(bytes).readFields((tag, into, pbf) => {
    if (tag === 2) into.producer = pbf.readString();
    else if (tag === 7) graphs.push(pbf.readMessage(readGraph, emptyGraph()));
    else if (tag === 8) {
      const { domain, version } = pbf.readMessage(readOpset, { domain: '', version: 0 });
      into.opsets[domain] = version;
    } else if (tag === 14) {
      const { key, value } = pbf.readMessage(readProperty, { key: '', value: '' });
      into.metadata[key] = value;
    }
  }, model);
  const graph = graphs.at(-1);
  if (graph === undefined || graph.nodes.length === 0) throw new Error('There is no graph in these bytes.');
  return { ...model, ...graph };
}

type Graph = Pick<OnnxModel, 'nodes' | 'initializers' | 'inputs' | 'outputs'>;

function emptyGraph(): Draft<Graph> {
  return { nodes: [], initializers: [], inputs: [], outputs: [] };
}

function readOpset(tag: number, into: { domain: string; version: number }, pbf: PbfReader): void {
  if (tag === 1) into.domain = pbf.readString();
  else if (tag === 2) into.version = pbf.readVarint();
}

function readProperty(tag: number, into: { key: string; value: string }, pbf: PbfReader): void {
  if (tag === 1) into.key = pbf.readString();
  else if (tag === 2) into.value = pbf.readString();
}

function readGraph(tag: number, into: Draft<Graph>, pbf: PbfReader): void {
  if (tag === 1) {
    into.nodes.push(
      pbf.readMessage(readNode, { name: '', type: '', domain: '', inputs: [], outputs: [], attributes: [] }),
    );
  } else if (tag === 5) into.initializers.push(readTensorMessage(pbf));
  else if (tag === 11) into.inputs.push(pbf.readMessage(readPort, { name: '', dataType: 0, shape: [] }));
  else if (tag === 12) into.outputs.push(pbf.readMessage(readPort, { name: '', dataType: 0, shape: [] }));
}

function readNode(tag: number, into: Draft<OnnxNode>, pbf: PbfReader): void {
  if (tag === 1) into.inputs.push(pbf.readString());
  else if (tag === 2) into.outputs.push(pbf.readString());
  else if (tag === 3) into.name = pbf.readString();
  else if (tag === 4) into.type = pbf.readString();
  else if (tag === 5) into.attributes.push(readAttribute(pbf));
  else if (tag === 7) into.domain = pbf.readString();
}

function readAttribute(pbf: PbfReader): OnnxAttribute {
  const read = pbf.readMessage(
    (
      tag,
      into: { name: string; float?: number; int?: number; text?: string; tensor?: OnnxTensor; ints: number[] },
      p,
    ) => {
      if (tag === 1) into.name = p.readString();
      else if (tag === 2) into.float = p.readFloat();
      else if (tag === 3) into.int = p.readVarint(true);
      else if (tag === 4) into.text = p.readString();
      else if (tag === 5) into.tensor = readTensorMessage(p);
      else if (tag === 8) p.readPackedVarint(into.ints, true);
    },
    { name: '', ints: [] },
  );
  const { name } = read;
  if (read.tensor !== undefined) return { name, kind: 'tensor', value: read.tensor };
  if (read.text !== undefined) return { name, kind: 'text', value: read.text };
  if (read.ints.length > 0) return { name, kind: 'ints', value: read.ints };
  if (read.float !== undefined) return { name, kind: 'float', value: read.float };
  if (read.int !== undefined) return { name, kind: 'int', value: read.int };
  return { name, kind: 'other' };
}

/** A TensorProto while it is read: elements stand in `raw` or in the field of their type. */
interface TensorFields {
  name: string;
  dims: number[];
  dataType: number;
  raw: Uint8Array | null;
  floats: number[];
  ints: number[];
  longs: number[];
}

function readTensorMessage(pbf: PbfReader): OnnxTensor {
  const fields = pbf.readMessage(readTensorField, {
    name: '',
    dims: [],
    dataType: 0,
    raw: null,
    floats: [],
    ints: [],
    longs: [],
  });
  const { name, dims, dataType } = fields;
  return { name, dims, dataType, raw: fields.raw ?? packed(fields) };
}

function readTensorField(tag: number, into: TensorFields, pbf: PbfReader): void {
  if (tag === 1) pbf.readPackedVarint(into.dims);
  else if (tag === 2) into.dataType = pbf.readVarint();
  else if (tag === 4) pbf.readPackedFloat(into.floats);
  else if (tag === 5) pbf.readPackedVarint(into.ints, true);
  else if (tag === 7) pbf.readPackedVarint(into.longs, true);
  else if (tag === 8) into.name = pbf.readString();
  // A copy: the elements must be aligned to be seen as numbers.
  else if (tag === 9) into.raw = new Uint8Array(pbf.readBytes());
}

/** Elements that were written one by one, as the bytes that `raw` would hold. */
function packed({ dataType, floats, ints, longs }: TensorFields): Uint8Array {
  const array =
    dataType === ONNX_TYPE.float32
      ? Float32Array.from(floats)
      : dataType === ONNX_TYPE.int64
        ? BigInt64Array.from(longs, BigInt)
        : dataType === ONNX_TYPE.int32
          ? Int32Array.from(ints)
          : Uint8Array.from(ints);
  return new Uint8Array(array.buffer);
}

function readPort(tag: number, into: Draft<OnnxPort>, pbf: PbfReader): void {
  if (tag === 1) into.name = pbf.readString();
  else if (tag === 2) pbf.readMessage(readType, into);
}

function readType(tag: number, into: Draft<OnnxPort>, pbf: PbfReader): void {
  if (tag === 1) pbf.readMessage(readTensorType, into);
}

function readTensorType(tag: number, into: Draft<OnnxPort>, pbf: PbfReader): void {
  if (tag === 1) into.dataType = pbf.readVarint();
  else if (tag === 2) pbf.readMessage(readShape, into);
}

function readShape(tag: number, into: Draft<OnnxPort>, pbf: PbfReader): void {
  if (tag !== 1) return;
  const dimension = pbf.readMessage(
    (field, draft: { value: number | string }, p) => {
      if (field === 1) draft.value = p.readVarint(true);
      else if (field === 2) draft.value = p.readString();
    },
    { value: '?' },
  );
  into.shape.push(dimension.value);
}
