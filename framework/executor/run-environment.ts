import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import type { RunEnvironment } from '../model/recording.ts';
import { THIS_HOST } from '../this-host.ts';

let known: RunEnvironment | undefined;

/** What this process runs on. Without the names of processors: `os.cpus()` takes milliseconds on a big machine, and every run would pay them. */
export function runEnvironment(): RunEnvironment {
  known ??= Object.freeze({
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    sluice: engineVersion(),
    host: THIS_HOST,
  });
  return known;
}

/** From the nearest package.json above: the source lies deeper in the package than the bundle. */
function engineVersion(): string {
  for (let folder = new URL('./', import.meta.url); ; folder = new URL('../', folder)) {
    const manifest = readManifest(new URL('package.json', folder));
    if (manifest?.version !== undefined) return manifest.version;
    if (folder.pathname === new URL('../', folder).pathname) return 'unknown';
  }
}

function readManifest(file: URL): { readonly version?: string } | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as { readonly version?: string };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
