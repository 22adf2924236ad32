import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import type { Artifact } from '../../../server/api/artifact.ts';
import { artifactQuery } from '../../client/queries.ts';
import { ArtifactLink } from '../../parts/artifact-link.tsx';
import { formatBytes, shortDigest } from '../../parts/format.ts';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Ago } from '../../parts/time.tsx';
import { Page } from '../../shell/page.tsx';
import { FilesCard } from './files-card.tsx';
import { PreviewView } from './preview-view.tsx';
import { UsesTable } from './uses-table.tsx';
import './artifact-page.css';

const LineageCard = lazy(() => import('./lineage-card.tsx').then(({ LineageCard }) => ({ default: LineageCard })));
const route = getRouteApi('/artifacts/$digest');

/** One artifact: what it looks like, who made it, who used it, and what it came from. */
export function ArtifactPage() {
  const { digest } = route.useParams();
  const { data: artifact, error } = useQuery(artifactQuery(digest));
  const path = [
    <Link key="artifacts" to="/artifacts">
      Artifacts
    </Link>,
  ];
  if (!artifact) {
    return (
      <Page title={shortDigest(digest)} path={path}>
        {error ? <Problem error={error} /> : <Skeleton lines={8} label="Loading the artifact" />}
      </Page>
    );
  }
  return <Loaded artifact={artifact} />;
}

function Loaded({ artifact }: { readonly artifact: Artifact }) {
  const { digest, name, format, size, createdAt, stored, url, preview, producers, consumers, refs } = artifact;
  const producer = producers[0];
  return (
    <Page
      title={name ?? (producer ? `${producer.node}${producer.field && `.${producer.field}`}` : shortDigest(digest))}
      path={[
        <Link key="artifacts" to="/artifacts">
          Artifacts
        </Link>,
      ]}
      marks={<span className="tag">{format}</span>}
      actions={
        stored && (
          <a className="button" href={url} download>
            Download
          </a>
        )
      }
      lede={
        <div className="page-facts">
          <span>{formatBytes(size)}</span>
          <span>
            <Ago time={createdAt} />
          </span>
          <code className="artifact-digest">{digest}</code>
        </div>
      }
    >
      {!stored && (
        <Problem
          error={new Error('The record stays. The step that made it makes it again when somebody needs it.')}
          title="The store no longer has its bytes"
        />
      )}
      <section className="card" aria-label="Preview">
        <header>
          <h2>Preview</h2>
        </header>
        <div className="artifact-preview">
          <PreviewView preview={preview} name={name ?? format} />
        </div>
      </section>
      {artifact.files && <FilesCard artifact={artifact} files={artifact.files} />}
      <div className="columns">
        <UsesTable title="Made by" uses={producers} none="The runs that made it were deleted." />
        <UsesTable title="Used by" uses={consumers} none="No step has taken it yet." />
        {refs.length > 0 && (
          <section className="card">
            <header>
              <h2>Points to</h2>
            </header>
            <ul className="body">
              {refs.map((ref) => (
                <li key={ref.digest}>
                  <ArtifactLink artifact={ref} />
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
      <Suspense fallback={<Skeleton lines={4} label="Loading the lineage" />}>
        <LineageCard digest={digest} />
      </Suspense>
    </Page>
  );
}
