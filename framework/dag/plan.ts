import type { StepDefinition } from '../model/step-definition.ts';

/** One recorded step call. */
export interface PlanNode {
  /** Step name, with `-2`, `-3` … for further calls of the same step. */
  readonly id: string;
  readonly step: StepDefinition;
  /** The object the step was called on: its reached fields are part of the key. */
  readonly receiver: object;
  /** Arguments as passed, each result of another step an OutputRef (inside plain objects and arrays too). Frozen. */
  readonly args: readonly unknown[];
  /** Names of the method's parameters, from its source; `argument 1` where a pattern has no name. */
  readonly argNames: readonly string[];
  /** Nodes that must have ended well before this one: those of its refs and of `after`. */
  readonly parents: readonly string[];
}

/** The frozen graph of one pipeline body. */
export interface Plan {
  readonly pipeline: string;
  /** Topological: parents first; otherwise as recorded. */
  readonly nodes: readonly PlanNode[];
  node(id: string): PlanNode;
  children(id: string): readonly string[];
  ancestors(id: string): readonly string[];
  descendants(id: string): readonly string[];
  /** What the body returned, OutputRefs inside. */
  readonly result: unknown;
  toText(): string;
  toMermaid(): string;
  /** `{ pipeline, nodes: [{ id, step, parents, inputs: ["dataset.val"] }] }`, plain data. */
  toJSON(): PlanJson;
}

export interface PlanJson {
  readonly pipeline: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly step: string;
    readonly parents: readonly string[];
    readonly inputs: readonly string[];
  }[];
}
