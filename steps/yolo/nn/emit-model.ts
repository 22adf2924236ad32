import {
  ONNX_TYPE,
  type OnnxAttribute,
  type OnnxModel,
  type OnnxNode,
  type OnnxPort,
  type OnnxTensor,
} from './onnx/onnx-model.ts';
import { writeOnnx } from './onnx/write-onnx.ts';
import type { Attribute, Node, Value } from './value.ts';

export interface EmitOptions {
  /** Written into the model in this order, whether the outputs need them or not. */
  readonly inputs: readonly Value[];
  readonly outputs: Readonly<Record<string, Value>>;
  /** Properties of the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Barriers (`stopGradient`) to be fed instead of computed, by the input's name: what a finite-difference check must hold still. null: none.
   */
  readonly frozen?: Readonly<Record<string, Value>>;
}

/** Version of ONNX's own operators. 18 is the first with ScatterElements' max and min, and axes of reductions as inputs. */
const OPSET = 18;

/**
 * Writes what `outputs` need as an ONNX model: nothing else is emitted, equal constants and equal operators on equal inputs are emitted once. Names come from
 * the order of emission, so that the same graph gives the same bytes.
 */
export function emitModel(options: EmitOptions): Uint8Array {
  return writeOnnx(new Emitter(options).model());
}

class Emitter {
  readonly #options: EmitOptions;
  readonly #names = new Map<Value, string>();
  readonly #emitted = new Map<string, readonly string[]>();
  /** Names that nodes give, and what those asked for as outputs are called outside. */
  readonly #produced = new Set<string>();
  readonly #outputNames = new Map<string, string>();
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxTensor[] = [];

  constructor(options: EmitOptions) {
    this.#options = options;
  }

  model(): OnnxModel {
    const { inputs, outputs, metadata = {}, frozen = {} } = this.#options;
    for (const value of inputs) this.#names.set(value, inputName(value));
    for (const [name, value] of Object.entries(frozen)) this.#names.set(value, name);
    const wanted = Object.values(outputs);
    for (const node of reachable(wanted, this.#names)) this.#emit(node);
    for (const [name, value] of Object.entries(outputs)) this.#nameOutput(name, this.#name(value));
    const ports = [...inputs.map((v) => [inputName(v), v] as const), ...Object.entries(frozen)];
    return {
      producer: 'sluice',
      opsets: this.#nodes.some((n) => n.domain !== '') ? { '': OPSET, 'com.microsoft': 1 } : { '': OPSET },
      metadata,
      nodes: this.#renamed(),
      initializers: this.#initializers,
      inputs: ports.map(([name, value]) => port(name, value)),
      outputs: Object.entries(outputs).map(([name, value]) => port(name, value)),
    };
  }

  #emit(node: Node): void {
    const { what } = node;
    switch (what.kind) {
      case 'input':
        throw new Error(`Input ${what.name} is used but not declared.`);
      case 'constant':
        this.#names.set(node.outputs[0]!, this.#constant(node.outputs[0]!, what.data, what.name));
        return;
      case 'alias':
      case 'barrier':
        this.#names.set(node.outputs[0]!, this.#name(node.inputs[0]!));
        return;
      case 'operator': {
        const inputs = node.inputs.map((value) => (value === null ? '' : this.#name(value)));
        const attributes = Object.entries(what.attributes).map(([name, value]) => attribute(name, value));
        const key = JSON.stringify([what.domain, what.type, inputs, attributes]);
        let names = this.#emitted.get(key);
        if (names === undefined) {
          names = node.outputs.map((_, i) => (i === 0 ? `v${this.#nodes.length}` : `v${this.#nodes.length}_${i}`));
          this.#add(what.type, what.domain, inputs, names, attributes);
          this.#emitted.set(key, names);
        }
        for (const value of node.outputs) this.#names.set(value, names[value.index]!);
      }
    }
  }

  #constant(value: Value, data: Float32Array | BigInt64Array, given: string | null): string {
    const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    const key = given ?? `${value.type} ${value.shape.join('x')} ${Buffer.from(raw).toString('base64')}`;
    const known = this.#emitted.get(key)?.[0];
    if (known !== undefined) return known;
    const name = given ?? `c${this.#initializers.length}`;
    this.#initializers.push({ name, dims: value.shape.map(Number), dataType: ONNX_TYPE[value.type], raw });
    this.#emitted.set(key, [name]);
    return name;
  }

  #add(
    type: string,
    domain: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes: readonly OnnxAttribute[],
  ): void {
    for (const name of outputs) this.#produced.add(name);
    this.#nodes.push({ name: `n${this.#nodes.length}`, type, domain, inputs, outputs, attributes });
  }

  /** The first output that is the result of a node takes over its name; others get a copy (an input handed through, one value asked for twice). */
  #nameOutput(name: string, emitted: string): void {
    if (this.#produced.has(emitted) && !this.#outputNames.has(emitted)) this.#outputNames.set(emitted, name);
    else this.#add('Identity', '', [emitted], [name], []);
  }

  #renamed(): readonly OnnxNode[] {
    const rename = (name: string): string => this.#outputNames.get(name) ?? name;
    return this.#nodes.map((node) => ({ ...node, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) }));
  }

  #name(value: Value): string {
    const name = this.#names.get(value);
    if (name === undefined) throw new Error('A value is used before it is emitted.');
    return name;
  }
}

/** Nodes that the outputs need, inputs before users, stopping at values that have a name already. */
function reachable(outputs: readonly Value[], named: ReadonlyMap<Value, string>): Node[] {
  const seen = new Set<Node>();
  const stack = [...outputs];
  for (let value = stack.pop(); value !== undefined; value = stack.pop()) {
    if (named.has(value) || seen.has(value.node)) continue;
    seen.add(value.node);
    const { inputs, what } = value.node;
    for (const needed of what.kind === 'alias' ? inputs.slice(0, 1) : inputs) if (needed !== null) stack.push(needed);
  }
  return [...seen].sort((a, b) => a.id - b.id);
}

function inputName(value: Value): string {
  const { what } = value.node;
  if (what.kind !== 'input') throw new Error('Only a value made by input() can be an input of a model.');
  return what.name;
}

function port(name: string, value: Value): OnnxPort {
  return { name, dataType: ONNX_TYPE[value.type], shape: value.shape };
}

function attribute(name: string, value: Attribute): OnnxAttribute {
  if ('int' in value) return { name, kind: 'int', value: value.int };
  if ('float' in value) return { name, kind: 'float', value: value.float };
  if ('ints' in value) return { name, kind: 'ints', value: value.ints };
  return { name, kind: 'text', value: value.text };
}
