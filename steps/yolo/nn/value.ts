/**
 * Tensors as nodes of an expression graph. Nothing is computed here: operators (`ops/`) build the graph, `gradients.ts` adds the backward pass to it as more of
 * the same operators, `emit-model.ts` writes what the asked outputs need as an ONNX model. A value knows its inputs, so there is no builder object to
 * carry around, and code that nothing asks for is never emitted.
 */

/** A number, or the name of a dimension that is known only when the graph runs (`boxes`). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];
export type ElementType = 'float32' | 'int64' | 'bool';
/** `float32` data, or `int64` data held as JavaScript numbers until they are written. */
export type ConstantData = Float32Array | BigInt64Array;

/** An ONNX attribute; the kind is spelled out because 1 and 1.0 are two different attributes there. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly text: string };

/**
 * From the gradients of a node's outputs (null: that output does not reach the loss) to those of its inputs (null: none flows there). `wanted[i]` says
 * whether anybody will use the gradient of input i, so that dear ones are not built in vain.
 */
export type GradientRule = (
  outputGradients: readonly (Value | null)[],
  wanted: readonly boolean[],
) => readonly (Value | null)[];

export type NodeKind =
  | { readonly kind: 'input'; readonly name: string }
  /** `name` is kept in the file (weights of an exported model); unnamed constants with equal content are written once. */
  | { readonly kind: 'constant'; readonly data: ConstantData; readonly name: string | null }
  | {
      readonly kind: 'operator';
      readonly type: string;
      readonly domain: '' | 'com.microsoft';
      readonly attributes: Readonly<Record<string, Attribute>>;
    }
  /** Emits nothing: another name for its only input, with a gradient rule of its own. */
  | { readonly kind: 'alias' }
  /** An alias through which no gradient flows. */
  | { readonly kind: 'barrier' };

export interface Node {
  /** Grows with every node made: an order in which inputs always stand before their users. */
  readonly id: number;
  readonly what: NodeKind;
  /** null: an optional input left out. */
  readonly inputs: readonly (Value | null)[];
  readonly outputs: readonly Value[];
  /** null: not differentiable. */
  readonly gradient: GradientRule | null;
}

export interface Value {
  readonly node: Node;
  /** Which output of its node. */
  readonly index: number;
  readonly shape: Shape;
  readonly type: ElementType;
}

export interface OutputSpec {
  readonly shape: Shape;
  readonly type?: ElementType;
}

let nextId = 0;

function makeNode(
  what: NodeKind,
  inputs: readonly (Value | null)[],
  outputs: readonly OutputSpec[],
  gradient: GradientRule | null,
): readonly Value[] {
  const values: Value[] = [];
  const node: Node = { id: nextId++, what, inputs, outputs: values, gradient };
  outputs.forEach(({ shape, type = 'float32' }, index) => {
    values.push(Object.freeze({ node, index, shape: Object.freeze([...shape]), type }));
  });
  Object.freeze(values);
  return values;
}

/** A tensor that is fed at every run. */
export function input(name: string, shape: Shape, type: ElementType = 'float32'): Value {
  return makeNode({ kind: 'input', name }, [], [{ shape, type }], null)[0]!;
}

/** A tensor written into the model. */
export function constant(data: ConstantData, shape: readonly number[], name: string | null = null): Value {
  const type = data instanceof Float32Array ? 'float32' : 'int64';
  return makeNode({ kind: 'constant', data, name }, [], [{ shape, type }], null)[0]!;
}

/** A float32 number without dimensions. */
export function scalar(value: number): Value {
  return constant(Float32Array.of(value), []);
}

/** An int64 vector, the form in which ONNX wants axes, shapes and bounds. */
export function integers(values: readonly number[]): Value {
  return constant(BigInt64Array.from(values, BigInt), [values.length]);
}

/** An int64 number without dimensions. */
export function integer(value: number): Value {
  return constant(BigInt64Array.of(BigInt(value)), []);
}

export interface OperatorSpec {
  readonly type: string;
  readonly domain?: '' | 'com.microsoft';
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly inputs: readonly (Value | null)[];
  readonly gradient?: GradientRule;
}

/** One ONNX operator with one output. */
export function operator(spec: OperatorSpec, output: OutputSpec): Value {
  return operators(spec, [output])[0]!;
}

/** One ONNX operator with several outputs. */
export function operators(
  { type, domain = '', attributes = {}, inputs, gradient }: OperatorSpec,
  outputs: readonly OutputSpec[],
): readonly Value[] {
  return makeNode({ kind: 'operator', type, domain, attributes }, inputs, outputs, gradient ?? null);
}

/**
 * `value`, already composed of operators, with a gradient rule of its own in place of the composed ones: for the few places where the derivative by hand
 * costs far less than the one by the chain rule (batch norm, SiLU). `sources` are what the rule gives gradients for.
 */
export function withGradient(value: Value, sources: readonly Value[], gradient: GradientRule): Value {
  const rule: GradientRule = (dy, wanted) => [null, ...gradient(dy, wanted.slice(1))];
  return makeNode({ kind: 'alias' }, [value, ...sources], [value], rule)[0]!;
}

/** `value` as a constant in the eyes of the backward pass. */
export function stopGradient(value: Value): Value {
  return makeNode({ kind: 'barrier' }, [value], [value], null)[0]!;
}

/** The shape as numbers. Throws when a dimension is known only at run time. */
export function staticShape(value: Value): readonly number[] {
  return value.shape.map((dimension) => {
    if (typeof dimension === 'number') return dimension;
    throw new Error(
      `A static shape is needed, but ${JSON.stringify(value.shape)} has the free dimension ${dimension}.`,
    );
  });
}

/** Number of elements of a static shape. */
export function elements(shape: readonly number[]): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}
