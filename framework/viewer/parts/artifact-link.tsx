import { Link } from '@tanstack/react-router';
import { formatBytes, shortDigest } from './format.ts';
import './artifact-link.css';

export interface ArtifactLinkProps {
  readonly artifact: {
    readonly digest: string;
    readonly format: string;
    readonly size: number;
    readonly name: string | null;
  };
}

/** An artifact by what people know of it: name, format, size; its digest says which one it is. */
export function ArtifactLink({ artifact: { digest, format, size, name } }: ArtifactLinkProps) {
  return (
    <span className="artifact-link">
      <Link to="/artifacts/$digest" params={{ digest }} className="link" title={digest}>
        {name ?? <code>{shortDigest(digest)}</code>}
      </Link>
      <span className="muted">
        {format} · {formatBytes(size)}
        {name !== null && <code> {shortDigest(digest)}</code>}
      </span>
    </span>
  );
}
