import type { ArtifactRecord } from '../../components/metadata-store.ts';
import type { RunRecord } from '../../model/run.ts';
import type { Comparison } from '../api/comparison.ts';
import { isPictureName } from '../preview/picture-type.ts';
import type { ServerContext } from '../server-context.ts';
import { artifactRef } from './artifact-ref.ts';
import { folderFiles } from './artifact-view.ts';
import { contentUrl } from './content-url.ts';
import { stepRunOf } from './step-run-id.ts';

type Picture = NonNullable<Comparison['pictures'][number]['artifacts'][number]>;

const MOST_ARTIFACTS = 500;
const MOST_PICTURES = 60;
/** A folder with more is a data set, not a report. */
const MOST_IN_FOLDER = 40;

/** Pictures that runs have under the same name: a step's output, or a file in a folder that it put out. */
export async function comparePictures(
  context: ServerContext,
  runs: readonly RunRecord[],
): Promise<Comparison['pictures']> {
  const columns = await Promise.all(runs.map((run) => picturesOf(context, run)));
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))];
  return names
    .map((name) => ({ name, artifacts: columns.map((column) => column.get(name) ?? null) }))
    .filter(({ artifacts }) => artifacts.filter((one) => one !== null).length > 1)
    .slice(0, MOST_PICTURES);
}

async function picturesOf(context: ServerContext, { id }: RunRecord): Promise<ReadonlyMap<string, Picture>> {
  const { items } = await context.stack.metadataStore.listArtifacts({ run: id, limit: MOST_ARTIFACTS });
  const found = new Map<string, Picture>();
  for (const artifact of items) {
    for (const [name, picture] of await picturesIn(context, artifact)) if (!found.has(name)) found.set(name, picture);
  }
  return found;
}

async function picturesIn(
  context: ServerContext,
  artifact: ArtifactRecord,
): Promise<readonly (readonly [string, Picture])[]> {
  const { digest, format, field, name = '', stepRunId } = artifact;
  const place = [stepRunOf(stepRunId).node, field].filter((one) => one !== '').join('.');
  if (format === 'file' && isPictureName(name)) {
    return [[place, { ...artifactRef(artifact), path: null, url: contentUrl(digest) }]];
  }
  const files = ((await folderFiles(context, artifact)) ?? []).filter(({ path }) => isPictureName(path));
  if (files.length > MOST_IN_FOLDER) return [];
  return files.map(({ path }) => [
    `${place}/${path}`,
    { ...artifactRef(artifact), path, url: contentUrl(digest, { path }) },
  ]);
}
