import type { JsonValue } from '../../server/api/json-value.ts';
import { ArtifactLink } from './artifact-link.tsx';
import { formatNumber } from './format.ts';
import './json-tree.css';

/** So many entries of one list or object are shown at once. */
const MOST_ENTRIES = 200;
/** Deeper ones are closed at first. */
const OPEN_DEPTH = 2;

export interface JsonTreeProps {
  readonly value: JsonValue;
  readonly name?: string;
  readonly depth?: number;
}

interface Ref {
  readonly digest: string;
  readonly format: string;
  readonly size: number;
}

/** What a result has in place of an artifact's value. */
const isArtifact = (value: unknown): value is Ref =>
  typeof value === 'object' &&
  value !== null &&
  'digest' in value &&
  'format' in value &&
  'size' in value &&
  typeof value.digest === 'string' &&
  typeof value.format === 'string' &&
  typeof value.size === 'number';

/** Data as a tree that opens and closes. */
export function JsonTree({ value, name, depth = 0 }: JsonTreeProps) {
  if (value === null || typeof value !== 'object') {
    return (
      <div className="json-leaf">
        <Name name={name} />
        <Leaf value={value} />
      </div>
    );
  }
  const entries = Array.isArray(value)
    ? value.map((each: JsonValue, index) => [String(index), each] as const)
    : Object.entries(value as Readonly<Record<string, JsonValue>>);
  if (entries.length === 0 || isArtifact(value)) {
    return (
      <div className="json-leaf">
        <Name name={name} />
        {isArtifact(value) ? (
          <ArtifactLink artifact={{ name: null, ...value }} />
        ) : (
          <Leaf value={Array.isArray(value) ? '[]' : '{}'} />
        )}
      </div>
    );
  }
  const count = Array.isArray(value) ? `[${entries.length}]` : '';
  const shown = entries
    .slice(0, MOST_ENTRIES)
    .map(([key, each]) => <JsonTree key={key} name={key} value={each} depth={depth + 1} />);
  const rest = entries.length - MOST_ENTRIES;
  const body = (
    <div className="json-body">
      {shown}
      {rest > 0 && <p className="muted">and {rest.toLocaleString('en-US')} more</p>}
    </div>
  );
  if (depth === 0 && name === undefined) return <div className="json-tree">{body}</div>;
  return (
    <details className="json-branch" open={depth < OPEN_DEPTH && entries.length <= 40}>
      <summary>
        <Name name={name} />
        <span className="muted">{count}</span>
      </summary>
      {body}
    </details>
  );
}

const Name = ({ name }: { readonly name: string | undefined }) =>
  name === undefined ? null : <span className="json-name">{name}</span>;

function Leaf({ value }: { readonly value: null | boolean | number | string }) {
  if (value === null) return <span className="json-null">null</span>;
  // Nothing at all would look like a value that is missing.
  if (value === '') return <span className="json-null">""</span>;
  if (typeof value === 'string') return <span className="json-text">{value}</span>;
  return <span className="json-number">{typeof value === 'number' ? formatNumber(value) : String(value)}</span>;
}
