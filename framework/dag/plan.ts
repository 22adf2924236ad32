import type { StepDefinition } from '../model/step-definition.ts';

/** One recorded step call. */
export interface PlanNode {
  /**
   * Step name, with `-2`, `-3` … for further calls of the same step. Behind the name of a pipeline call that it belongs to (`tune-2~train`); in a
   * dynamic pipeline, before the call that it goes on from beside others (`evaluate@train-3`).
   */
  readonly id: string;
  readonly step: StepDefinition;
  /** The object the step was called on: its reached fields are part of the key. */
  readonly receiver: object;
  /** Arguments as passed, each result of another step an OutputRef (inside plain objects and arrays too). Frozen. */
  readonly args: readonly unknown[];
  /** Names of the method's parameters, from its source; `argument 1` where a pattern has no name. */
  readonly argNames: readonly string[];
  /** Nodes that must have ended well before this one: those of its refs, of `after`, and, in a dynamic pipeline, those whose results it takes parts of. */
  readonly parents: readonly string[];
}

/** The frozen graph of one pipeline body. */
export interface Plan {
  readonly pipeline: string;
  /** Its nodes are known as the body calls them: empty before the run. */
  readonly isDynamic?: boolean;
  /** For a dynamic plan, what becomes of a node before it runs: options from a configuration file. */
  readonly adjust?: (node: PlanNode) => PlanNode;
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
  /** Present for a dynamic pipeline: the calls that it has made so far. */
  readonly dynamic?: true;
  /** Digest of the code that its body can reach: a run that is resumed with the same has to make the same calls. */
  readonly code?: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly step: string;
    readonly parents: readonly string[];
    readonly inputs: readonly string[];
  }[];
}
