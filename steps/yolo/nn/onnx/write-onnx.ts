import { PbfWriter } from 'pbf';
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxPort, OnnxTensor } from './onnx-model.ts';

/** AttributeProto.AttributeType, and the field its value stands in. */
const ATTRIBUTE_TYPE = { float: 1, int: 2, text: 3, tensor: 4, ints: 7 } as const;
const IR_VERSION = 9;

/** The bytes of an ONNX file. The same model gives the same bytes. */
export function writeOnnx(model: OnnxModel): Uint8Array {
  const pbf = new PbfWriter();
  pbf.writeVarintField(1, IR_VERSION);
  pbf.writeStringField(2, model.producer);
  pbf.writeMessage(7, writeGraph, model);
  for (const [domain, version] of Object.entries(model.opsets)) pbf.writeMessage(8, writeOpset, { domain, version });
  for (const [key, value] of Object.entries(model.metadata)) pbf.writeMessage(14, writeProperty, { key, value });
  return pbf.finish();
}

function writeOpset({ domain, version }: { domain: string; version: number }, pbf: PbfWriter): void {
  if (domain !== '') pbf.writeStringField(1, domain);
  pbf.writeVarintField(2, version);
}

function writeProperty({ key, value }: { key: string; value: string }, pbf: PbfWriter): void {
  pbf.writeStringField(1, key);
  pbf.writeStringField(2, value);
}

function writeGraph({ nodes, initializers, inputs, outputs }: OnnxModel, pbf: PbfWriter): void {
  for (const node of nodes) pbf.writeMessage(1, writeNode, node);
  pbf.writeStringField(2, 'sluice');
  for (const tensor of initializers) pbf.writeMessage(5, writeTensor, tensor);
  for (const port of inputs) pbf.writeMessage(11, writePort, port);
  for (const port of outputs) pbf.writeMessage(12, writePort, port);
}

function writeNode(node: OnnxNode, pbf: PbfWriter): void {
  for (const name of node.inputs) pbf.writeStringField(1, name);
  for (const name of node.outputs) pbf.writeStringField(2, name);
  pbf.writeStringField(3, node.name);
  pbf.writeStringField(4, node.type);
  for (const attribute of node.attributes) pbf.writeMessage(5, writeAttribute, attribute);
  if (node.domain !== '') pbf.writeStringField(7, node.domain);
}

function writeAttribute(attribute: OnnxAttribute, pbf: PbfWriter): void {
  pbf.writeStringField(1, attribute.name);
  switch (attribute.kind) {
    case 'float':
      pbf.writeFloatField(2, attribute.value);
      break;
    case 'int':
      pbf.writeVarintField(3, attribute.value);
      break;
    case 'text':
      pbf.writeStringField(4, attribute.value);
      break;
    case 'tensor':
      pbf.writeMessage(5, writeTensor, attribute.value);
      break;
    case 'ints':
      for (const value of attribute.value) pbf.writeVarintField(8, value);
      break;
    case 'other':
      throw new Error(`Attribute ${attribute.name} was read from a file in a form that cannot be written back.`);
  }
  pbf.writeVarintField(20, ATTRIBUTE_TYPE[attribute.kind]);
}

function writeTensor({ name, dims, dataType, raw }: OnnxTensor, pbf: PbfWriter): void {
  for (const dim of dims) pbf.writeVarintField(1, dim);
  pbf.writeVarintField(2, dataType);
  pbf.writeStringField(8, name);
  pbf.writeBytesField(9, raw);
}

function writePort(port: OnnxPort, pbf: PbfWriter): void {
  pbf.writeStringField(1, port.name);
  pbf.writeMessage(2, writeType, port);
}

function writeType(port: OnnxPort, pbf: PbfWriter): void {
  pbf.writeMessage(1, writeTensorType, port);
}

function writeTensorType({ dataType, shape }: OnnxPort, pbf: PbfWriter): void {
  pbf.writeVarintField(1, dataType);
  pbf.writeMessage(2, writeShape, shape);
}

function writeShape(shape: readonly (number | string)[], pbf: PbfWriter): void {
  for (const dimension of shape) pbf.writeMessage(1, writeDimension, { dimension });
}

function writeDimension({ dimension }: { dimension: number | string }, pbf: PbfWriter): void {
  if (typeof dimension === 'number') pbf.writeVarintField(1, dimension);
  else pbf.writeStringField(2, dimension);
}
