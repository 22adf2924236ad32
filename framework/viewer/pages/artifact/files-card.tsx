import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Artifact } from '../../../server/api/artifact.ts';
import { filePreviewQuery } from '../../client/queries.ts';
import { formatBytes } from '../../parts/format.ts';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { PreviewView } from './preview-view.tsx';

const route = getRouteApi('/artifacts/$digest');
/** So many are listed at once. */
const MOST_ROWS = 200;

export interface FilesCardProps {
  readonly artifact: Artifact;
  readonly files: NonNullable<Artifact['files']>;
}

/** What is inside a folder; a file that is chosen is shown beside the list. */
export function FilesCard({ artifact: { digest, fileCount }, files }: FilesCardProps) {
  const { file } = route.useSearch();
  const rest = (fileCount ?? files.length) - Math.min(files.length, MOST_ROWS);
  return (
    <section className="card" aria-label="Files">
      <header>
        <h2>Files</h2>
        <span className="count">{(fileCount ?? files.length).toLocaleString('en-US')}</span>
      </header>
      <div className="files">
        <ul className="files-list" tabIndex={0}>
          {files.slice(0, MOST_ROWS).map(({ path, size }) => (
            <li key={path}>
              <Link
                to="/artifacts/$digest"
                params={{ digest }}
                search={(now) => ({ ...now, file: path })}
                aria-current={path === file ? 'true' : undefined}
                activeProps={{}}
                resetScroll={false}
              >
                <span className="cut">{path}</span>
                <span className="muted">{formatBytes(size)}</span>
              </Link>
            </li>
          ))}
          {rest > 0 && <li className="muted">and {rest.toLocaleString('en-US')} more</li>}
        </ul>
        {file && <FilePreview digest={digest} path={file} />}
      </div>
    </section>
  );
}

function FilePreview({ digest, path }: { readonly digest: string; readonly path: string }) {
  const { data, error } = useQuery(filePreviewQuery(digest, path));
  return (
    <section className="files-preview" aria-label={path}>
      {error && <Problem error={error} title="The file can't be shown" />}
      {!data && !error && <Skeleton lines={4} label="Loading the file" />}
      {data && <PreviewView preview={data} name={path} />}
    </section>
  );
}
