import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Trial } from './doctor-check.ts';

const LEAST_NODE = [22, 13] as const;
/** Less free space than this is worth a word: one training run writes some 100 MB. */
const LEAST_FREE_BYTES = 1024 ** 3;

/** Native packages that the YOLO steps need, and how each proves that it works. */
const NATIVE: Readonly<Record<string, () => Promise<string>>> = {
  sharp: async () => {
    const sharp = (await import('sharp')).default;
    const { data } = await sharp({ create: { width: 2, height: 2, channels: 3, background: '#123456' } })
      .raw()
      .toBuffer({ resolveWithObject: true });
    return data.length === 12 ? `libvips ${sharp.versions.vips}` : `drew ${data.length} bytes instead of 12`;
  },
  'onnxruntime-node': async () => {
    // As the steps do: it would report to its maker.
    process.env['ORT_DISABLE_TELEMETRY'] = '1';
    const { env, listSupportedBackends } = await import('onnxruntime-node');
    return `${env.versions.common}, backends ${listSupportedBackends()
      .map(({ name }) => name)
      .join(', ')}`;
  },
};

/** What a run needs of this machine, whatever its stack: Node, native packages, space. */
export const machineTrials = (home: string): readonly Trial[] => [
  {
    subject: 'node',
    check: `at least ${LEAST_NODE.join('.')}`,
    run: async () => {
      const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
      if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return process.version;
      throw new Error(`this is ${process.version}`);
    },
    hint: 'Install a newer Node, or pin one in the project: npm install --save-dev node@24.',
  },
  ...Object.entries(NATIVE).map(([subject, run]) => ({
    subject,
    check: 'loads',
    run: () => unlessAbsent(run),
    hint: 'Run npm ci again on this machine: it has a native part for each system.',
  })),
  {
    subject: 'this machine',
    check: 'free space',
    run: () => freeSpace(home),
    hint: 'Free some space, or set SLUICE_HOME to another disk.',
  },
];

/** A project that trains no detector does without them. */
async function unlessAbsent(run: () => Promise<string>): Promise<string> {
  try {
    return await run();
  } catch (error) {
    if ((error as { code?: unknown } | undefined)?.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return 'not installed; only the YOLO steps need it';
  }
}

async function freeSpace(home: string): Promise<string> {
  let folder = home;
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const said = `${(free / 1024 ** 3).toFixed(1)} GiB free in ${home}`;
  if (free >= LEAST_FREE_BYTES) return said;
  throw new Error(`only ${said}`);
}
