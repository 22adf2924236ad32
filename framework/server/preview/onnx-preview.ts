import type { Preview } from '../api/artifact.ts';

/** The part of `PbfReader` that is used. */
type Reader = InstanceType<typeof import('pbf').PbfReader>;
type OnnxPreview = Extract<Preview, { kind: 'onnx' }>;
type Value = OnnxPreview['inputs'][number];

/** Bigger models are not read for a preview. */
export const MOST_ONNX_BYTES = 512 * 1024 * 1024;
const MOST_METADATA = 100;
const LONGEST_VALUE = 2000;

/** `TensorProto.DataType`, by number. */
const TYPES =
  'undefined float32 uint8 int8 uint16 int16 int32 int64 string bool float16 float64 uint32 uint64 complex64 complex128 bfloat16'.split(
    ' ',
  );

/**
 * What an ONNX file says of itself: inputs, outputs, operators by count, metadata. Field numbers are those of onnx.proto3 (ModelProto,
 * GraphProto, NodeProto, ValueInfoProto, TensorProto), https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3. Undefined for bytes that are no model.
 */
export async function onnxPreview(bytes: Uint8Array): Promise<OnnxPreview | undefined> {
  const { PbfReader } = await import('pbf');
  const model: Model = { producer: '', irVersion: 0, opsets: [], metadata: {}, graph: emptyGraph() };
  try {
    new PbfReader(bytes).readFields(readModel, model);
  } catch {
    // Cut short, or not a protocol buffer.
    return undefined;
  }
  const { graph, ...rest } = model;
  if (model.irVersion === 0 || (graph.operators.size === 0 && graph.outputs.length === 0)) return undefined;
  const nodes = [...graph.operators].map(([type, count]) => ({ type, count })).sort((a, b) => b.count - a.count);
  return {
    kind: 'onnx',
    ...rest,
    graph: graph.name,
    // Older files list their weights among the inputs too.
    inputs: graph.inputs.filter(({ name }) => !graph.weights.has(name)),
    outputs: graph.outputs,
    nodes,
    nodeCount: nodes.reduce((sum, { count }) => sum + count, 0),
    parameters: graph.parameters,
  };
}

interface Model {
  producer: string;
  irVersion: number;
  opsets: OnnxPreview['opsets'][number][];
  metadata: Record<string, string>;
  graph: Graph;
}

interface Graph {
  name: string;
  readonly operators: Map<string, number>;
  readonly inputs: Value[];
  readonly outputs: Value[];
  readonly weights: Set<string>;
  /** Numbers in all weights. */
  parameters: number;
}

const emptyGraph = (): Graph => ({
  name: '',
  operators: new Map(),
  inputs: [],
  outputs: [],
  weights: new Set(),
  parameters: 0,
});

function readModel(tag: number, model: Model, reader: Reader): void {
  if (tag === 1) model.irVersion = reader.readVarint();
  else if (tag === 2) model.producer = `${reader.readString()} ${model.producer}`.trim();
  else if (tag === 3) model.producer = `${model.producer} ${reader.readString()}`.trim();
  else if (tag === 7) reader.readMessage(readGraph, model.graph);
  else if (tag === 8) model.opsets.push(reader.readMessage(readOpset, { domain: '', version: 0 }));
  else if (tag === 14) addMetadata(model, reader.readMessage(readEntry, { key: '', value: '' }));
}

function addMetadata(model: Model, { key, value }: Entry): void {
  if (Object.keys(model.metadata).length < MOST_METADATA) model.metadata[key] = value.slice(0, LONGEST_VALUE);
}

interface Entry {
  key: string;
  value: string;
}

function readEntry(tag: number, entry: Entry, reader: Reader): void {
  if (tag === 1) entry.key = reader.readString();
  else if (tag === 2) entry.value = reader.readString();
}

function readOpset(tag: number, opset: OnnxPreview['opsets'][number], reader: Reader): void {
  if (tag === 1) opset.domain = reader.readString();
  else if (tag === 2) opset.version = reader.readVarint();
}

function readGraph(tag: number, graph: Graph, reader: Reader): void {
  if (tag === 1) {
    const { type } = reader.readMessage(readNode, { type: '' });
    graph.operators.set(type, (graph.operators.get(type) ?? 0) + 1);
  } else if (tag === 2) {
    graph.name = reader.readString();
  } else if (tag === 5) {
    const { name, count } = reader.readMessage(readTensor, { name: '', count: 1 });
    graph.weights.add(name);
    graph.parameters += count;
  } else if (tag === 11) {
    graph.inputs.push(readValue(reader));
  } else if (tag === 12) {
    graph.outputs.push(readValue(reader));
  }
}

function readNode(tag: number, node: { type: string }, reader: Reader): void {
  if (tag === 4) node.type = reader.readString();
}

function readTensor(tag: number, tensor: { name: string; count: number }, reader: Reader): void {
  if (tag === 1) for (const size of reader.readPackedVarint([])) tensor.count *= size;
  else if (tag === 8) tensor.name = reader.readString();
}

interface ReadValue {
  name: string;
  type: string;
  shape: string[];
}

function readValue(reader: Reader): Value {
  return reader.readMessage(
    (tag: number, value: ReadValue, inner: Reader) => {
      if (tag === 1) value.name = inner.readString();
      else if (tag === 2) inner.readMessage(readType, value);
    },
    { name: '', type: '', shape: [] },
  );
}

/** TypeProto → its tensor type: element type and shape. */
function readType(tag: number, value: ReadValue, reader: Reader): void {
  if (tag !== 1) return;
  reader.readMessage((inner: number, of: ReadValue, nested: Reader) => {
    if (inner === 1) of.type = TYPES[nested.readVarint()] ?? 'unknown';
    else if (inner === 2) nested.readMessage(readShape, of);
  }, value);
}

function readShape(tag: number, value: ReadValue, reader: Reader): void {
  if (tag !== 1) return;
  const { text } = reader.readMessage(
    (inner: number, of: { text: string }, nested: Reader) => {
      if (inner === 1) of.text = String(nested.readVarint(true));
      else if (inner === 2) of.text = nested.readString();
    },
    { text: '?' },
  );
  value.shape.push(text);
}
