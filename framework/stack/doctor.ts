import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import type { ArtifactStore } from '../components/artifact-store.ts';
import type { MetadataStore } from '../components/metadata-store.ts';
import type { Stack } from '../components/stack.ts';
import { SluiceError } from '../errors.ts';
import { COMPONENT_KINDS } from './component-kind.ts';
import { openStack } from './open-stack.ts';
import type { Project } from './project.ts';
import { activeStackName, readStackConfig } from './stack-config.ts';

/** One thing that was tried. */
export interface DoctorCheck {
  /** `node`, a component kind, or a native part: `sharp`, `onnxruntime-node`. */
  readonly subject: string;
  readonly check: string;
  readonly ok: boolean;
  /** What was found: a version, a path, an error. */
  readonly detail: string;
  /** The way out, when it is not ok. */
  readonly hint?: string;
  readonly ms: number;
}

const LEAST_NODE = [22, 13] as const;
/** Less free space than this is worth a word: one training run writes some 100 MB. */
const LEAST_FREE_BYTES = 1024 ** 3;
/** Native packages that the shipped pipelines need, and how each proves that it works. */
const NATIVE: Readonly<Record<string, () => Promise<string>>> = {
  sharp: async () => {
    const sharp = (await import('sharp')).default;
    const { data } = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#123456' } })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return data.length === 12 ? `libvips ${sharp.versions.vips}` : `drew ${data.length} bytes instead of 12`;
  },
  'onnxruntime-node': async () => {
    const { env, listSupportedBackends } = await import('onnxruntime-node');
    return `${env.versions.common}, backends ${listSupportedBackends()
      .map(({ name }) => name)
      .join(', ')}`;
  },
};

/** Tries everything a run of this stack needs, for real: writes, reads, removes. Nothing it wrote stays. */
export async function doctor(project: Project, stackName?: string): Promise<readonly DoctorCheck[]> {
  const name = activeStackName(project, stackName);
  const checks = [await nodeCheck()];
  for (const [subject, prove] of Object.entries(NATIVE)) {
    checks.push(
      await tried(subject, 'loads', prove, 'Run npm ci again on this machine: it has a native part for each system.'),
    );
  }
  let stack: Stack | undefined;
  const open = async (): Promise<string> => {
    const config = await readStackConfig(project, name);
    stack = await openStack({ project, name });
    return COMPONENT_KINDS.map((kind) => `${kind} ${config.components[kind].flavor}`).join(', ');
  };
  checks.push(await tried(`stack ${name}`, 'opens', open, 'stacks/README.md lists what a stack file may say.'));
  if (!stack) return checks;
  try {
    return [
      ...checks,
      ...(await metadataChecks(stack.metadataStore)),
      ...(await artifactChecks(stack)),
      trackerCheck(stack),
    ];
  } finally {
    await stack.close();
  }
}

async function tried(subject: string, check: string, prove: () => Promise<string>, hint: string): Promise<DoctorCheck> {
  const start = performance.now();
  try {
    const detail = await prove();
    return { subject, check, ok: true, detail, ms: performance.now() - start };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const ownHint = error instanceof SluiceError ? error.hint : hint;
    return { subject, check, ok: false, detail, hint: ownHint, ms: performance.now() - start };
  }
}

function nodeCheck(): Promise<DoctorCheck> {
  return tried(
    'node',
    `at least ${LEAST_NODE.join('.')}`,
    async () => {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return process.version;
      throw new Error(`this is ${process.version}`);
    },
    'Install a newer Node, or pin one in the project: npm install --save-dev node@24.',
  );
}

async function metadataChecks(store: MetadataStore): Promise<DoctorCheck[]> {
  const subject = 'metadata_store';
  const hint = `Look at ${store.location}: another program may hold it, or it is read-only.`;
  const executor = `doctor-${randomUUID()}`;
  return [
    await tried(subject, 'schema', async () => `version ${await store.schemaVersion()} at ${store.location}`, hint),
    await tried(
      subject,
      'writes and reads',
      async () => {
        await store.registerExecutor({ id: executor, host: 'doctor', pid: process.pid, startedAt: Date.now() });
        await store.heartbeat(executor);
        await store.retireExecutor(executor);
        return 'a row written, changed and retired';
      },
      hint,
    ),
  ];
}

async function artifactChecks({ artifactStore, home }: Stack): Promise<DoctorCheck[]> {
  const subject = 'artifact_store';
  const hint = `Look at the permissions and free space of ${artifactStore.location}.`;
  return [
    await tried(subject, 'writes, reads, removes', () => roundTrip(artifactStore), hint),
    await tried(subject, 'free space', () => freeSpace(home), `Free some space, or set SLUICE_HOME to another disk.`),
  ];
}

async function roundTrip(store: ArtifactStore): Promise<string> {
  const bytes = new TextEncoder().encode(`doctor ${randomUUID()}`);
  const { digest } = await store.write(bytes);
  try {
    const read = await store.readBytes(digest);
    if (Buffer.compare(read, bytes) !== 0) throw new Error('it gave back other bytes than it was given');
  } finally {
    await store.remove(digest);
  }
  if (await store.has(digest)) throw new Error('it kept what was removed');
  return `${bytes.length} bytes at ${store.location}`;
}

async function freeSpace(home: string): Promise<string> {
  const { bavail, bsize } = await statfs(home);
  const free = bavail * bsize;
  const said = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${home}`;
  if (free >= LEAST_FREE_BYTES) return said;
  throw new Error(`only ${said}`);
}

function trackerCheck({ experimentTracker }: Stack): DoctorCheck {
  const detail = experimentTracker.flavor === 'local' ? 'beside the runs, in the metadata store' : 'records nothing';
  return { subject: 'experiment_tracker', check: 'opens', ok: true, detail, ms: 0 };
}
