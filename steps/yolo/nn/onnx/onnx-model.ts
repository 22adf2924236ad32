/**
 * The part of the ONNX file format that we write and read (onnx.proto3 of the ONNX project, IR version 9; field numbers stand in `write-onnx.ts` and
 * `read-onnx.ts`). Left out: subgraphs, sparse and external tensors, functions, training info.
 */

/** TensorProto.DataType. */
export const ONNX_TYPE = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** A number of `ONNX_TYPE`. */
  readonly dataType: number;
  /** Little-endian elements. */
  readonly raw: Uint8Array;
}

export type OnnxAttribute =
  | { readonly name: string; readonly kind: 'int'; readonly value: number }
  | { readonly name: string; readonly kind: 'float'; readonly value: number }
  | { readonly name: string; readonly kind: 'text'; readonly value: string }
  | { readonly name: string; readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly name: string; readonly kind: 'tensor'; readonly value: OnnxTensor }
  /** Of a kind that we do not use. */
  | { readonly name: string; readonly kind: 'other' };

export interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly domain: string;
  /** '' stands for an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly OnnxAttribute[];
}

/** Name, element type and shape of an input or output of the graph. */
export interface OnnxPort {
  readonly name: string;
  readonly dataType: number;
  readonly shape: readonly (number | string)[];
}

export interface OnnxModel {
  readonly producer: string;
  /** Version of the operator set, by domain. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}
