import type { StepOverview } from '../../components/metadata-reads.ts';
import type { ArtifactRecord, MetadataStore } from '../../components/metadata-store.ts';
import type { Artifact } from '../../model/artifact.ts';
import type { Lineage } from '../api/artifact.ts';
import { artifactRef } from './artifact-ref.ts';
import { usesOf } from './artifact-uses.ts';
import { isoTime } from './iso-time.ts';
import type { PlannedRun } from './plan-cache.ts';
import { fieldsOf, stepInputs } from './step-inputs.ts';

type Node = Lineage['nodes'][number];
type Edge = Lineage['edges'][number];
type StepNode = Extract<Node, { kind: 'step' }>;

const MOST_NODES = 500;

interface Walk {
  readonly store: MetadataStore;
  readonly planOf: (run: string) => Promise<PlannedRun | undefined>;
  readonly depth: number;
  readonly nodes: Map<string, Node>;
  readonly edges: Map<string, Edge>;
  truncated: boolean;
}

/**
 * What an artifact was made from, and what was made of it: steps and artifacts in turn, `depth` steps each way, across runs. A step that several runs
 * took from the cache is one node, the run that computed it.
 */
export async function lineage(
  { store, planOf }: Pick<Walk, 'store' | 'planOf'>,
  { made, depth }: { readonly made: readonly ArtifactRecord[]; readonly depth: number },
): Promise<Lineage> {
  const walk: Walk = { store, planOf, depth, nodes: new Map(), edges: new Map(), truncated: false };
  const [first] = made;
  if (first) {
    addArtifact(walk, first, 0);
    for (const { stepRunId } of made.slice(0, 20))
      await backward(walk, { artifact: first, maker: stepRunId, level: 1 });
    await forward(walk, { artifact: first, makers: made, level: 1 });
  }
  return { nodes: [...walk.nodes.values()], edges: [...walk.edges.values()], truncated: walk.truncated };
}

const artifactId = ({ digest }: Pick<Artifact, 'digest'>): string => `artifact:${digest}`;

/** False when it was there, or there is no more room. */
function addArtifact(walk: Walk, artifact: Artifact, depth: number): boolean {
  const id = artifactId(artifact);
  if (walk.nodes.has(id)) return false;
  if (walk.nodes.size >= MOST_NODES) {
    walk.truncated = true;
    return false;
  }
  const label = artifact.name ?? artifact.format;
  walk.nodes.set(id, { kind: 'artifact', id, label, depth, ...artifactRef(artifact) });
  return true;
}

async function addStep(walk: Walk, step: StepOverview, depth: number): Promise<boolean> {
  const maker = step.origin ?? step.id;
  const id = `step:${maker}`;
  const known = walk.nodes.get(id);
  if (known?.kind === 'step') {
    if (known.run !== step.runId && step.status === 'cached')
      walk.nodes.set(id, { ...known, alsoIn: known.alsoIn + 1 });
    return false;
  }
  if (walk.nodes.size >= MOST_NODES) {
    walk.truncated = true;
    return false;
  }
  const [made = step] = maker === step.id ? [step] : await walk.store.overviewStepRuns([maker]);
  const run = await walk.planOf(made.runId);
  const node: StepNode = {
    kind: 'step',
    id,
    label: made.node,
    run: made.runId,
    runName: run?.name ?? made.runId,
    node: made.node,
    step: made.step,
    status: made.status,
    time: isoTime(made.endedAt ?? made.startedAt ?? 0),
    alsoIn: made.id === step.id ? 0 : 1,
    depth,
  };
  walk.nodes.set(id, node);
  return true;
}

function addEdge({ nodes, edges }: Walk, from: string, to: string, label: string): void {
  if (nodes.has(from) && nodes.has(to)) edges.set(`${from} ${to} ${label}`, { from, to, label });
}

async function backward(
  walk: Walk,
  { artifact, maker, level }: { readonly artifact: Artifact; readonly maker: string; readonly level: number },
): Promise<void> {
  const step = await walk.store.stepRun(maker);
  if (!step) return;
  const isNew = await addStep(walk, { ...step, logs: 0 }, -level);
  const made = step.output ? Object.entries(fieldsOf(step.output)) : [];
  const field = made.find(([, one]) => one.digest === artifact.digest)?.[0] ?? '';
  const stepId = `step:${step.origin ?? step.id}`;
  addEdge(walk, stepId, artifactId(artifact), field);
  if (!isNew) return;
  const run = await walk.planOf(step.runId);
  const inputs = run ? (await stepInputs(walk.store, step, run.plan)).filter(({ known }) => known) : [];
  if (level >= walk.depth) {
    walk.truncated ||= inputs.length > 0;
    return;
  }
  for (const input of inputs) {
    const { digest, format, size, name, artifactName, node } = input;
    const given = { digest, format, size, version: 0, ...(artifactName && { name: artifactName }) } as Artifact;
    addArtifact(walk, given, -level);
    addEdge(walk, artifactId(given), stepId, name ?? '');
    const [above] = await walk.store.overviewStepRuns([`${step.runId}/${node}`]);
    if (above) await backward(walk, { artifact: given, maker: above.origin ?? above.id, level: level + 1 });
  }
}

async function forward(
  walk: Walk,
  options: {
    readonly artifact: Artifact;
    readonly makers: readonly { readonly stepRunId: string; readonly field: string }[];
    readonly level: number;
  },
): Promise<void> {
  const { artifact, makers, level } = options;
  for (const { step, field } of await usesOf(walk.store, makers, walk.planOf)) {
    const isNew = await addStep(walk, step, level);
    const maker = step.origin ?? step.id;
    addEdge(walk, artifactId(artifact), `step:${maker}`, field);
    if (!isNew) continue;
    const made = await walk.store.stepRun(maker);
    const outputs = made?.output ? Object.entries(fieldsOf(made.output)) : [];
    if (level >= walk.depth) {
      walk.truncated ||= outputs.length > 0;
      continue;
    }
    for (const [name, output] of outputs) {
      const added = addArtifact(walk, output, level);
      addEdge(walk, `step:${maker}`, artifactId(output), name);
      if (added)
        await forward(walk, { artifact: output, makers: [{ stepRunId: maker, field: name }], level: level + 1 });
    }
  }
}
