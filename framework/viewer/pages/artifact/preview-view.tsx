import { lazy, Suspense } from 'react';
import type { Preview } from '../../../server/api/artifact.ts';
import { Fact } from '../../parts/fact.tsx';
import { formatNumber } from '../../parts/format.ts';
import { JsonTree } from '../../parts/json-tree.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Picture } from './picture.tsx';

const Markdown = lazy(() => import('./markdown.tsx').then(({ Markdown }) => ({ default: Markdown })));

type Of<Kind extends Preview['kind']> = Extract<Preview, { readonly kind: Kind }>;

/** What the bytes are, each kind in its own form. */
export function PreviewView({ preview, name }: { readonly preview: Preview; readonly name: string }) {
  switch (preview.kind) {
    case 'picture':
      return (
        <a href={preview.url} className="preview-picture">
          <img src={preview.url} alt={name} width={preview.width} height={preview.height} />
        </a>
      );
    case 'pictures':
      return <Pictures preview={preview} />;
    case 'table':
      return <Table preview={preview} />;
    case 'json':
      return typeof preview.value === 'object' && preview.value !== null ? (
        <JsonTree value={preview.value} />
      ) : (
        <JsonTree name="value" value={preview.value} />
      );
    case 'markdown':
      return (
        <Suspense fallback={<Skeleton lines={4} label="Loading the text" />}>
          <Markdown text={preview.text} />
          {preview.truncated && <Rest />}
        </Suspense>
      );
    case 'html':
      // No `allow-…` at all: the page in the frame has an origin of its own and runs nothing.
      return <iframe className="preview-frame" src={preview.url} title={name} sandbox="" />;
    case 'onnx':
      return <Onnx preview={preview} />;
    case 'text':
      return (
        <>
          <pre className="block preview-text" tabIndex={0}>
            {preview.text}
          </pre>
          {preview.truncated && <Rest />}
        </>
      );
    case 'none':
      return <p className="muted">{preview.reason}</p>;
  }
}

const Rest = () => <p className="muted">It goes on; the download has all of it.</p>;

function Pictures({ preview: { pictures, total } }: { readonly preview: Of<'pictures'> }) {
  return (
    <>
      <ul className="preview-pictures">
        {pictures.map((picture) => (
          <li key={picture.path}>
            <Picture {...picture} />
          </li>
        ))}
      </ul>
      {total > pictures.length && (
        <p className="muted">
          The first {pictures.length} of {total.toLocaleString('en-US')} pictures.
        </p>
      )}
    </>
  );
}

function Table({ preview: { columns, rows, totalRows } }: { readonly preview: Of<'table'> }) {
  // Rows have no names: two may be equal.
  const keyed = rows.map((cells, index) => ({ cells: cells.map((text, at) => ({ text, at })), index }));
  return (
    <>
      <section className="scrolls preview-table" tabIndex={0} aria-label="Rows">
        <table className="table">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column}>{column}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {keyed.map(({ cells, index }) => (
              <tr key={index}>
                {cells.map(({ text, at }) => (
                  <td key={at}>{text}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {(totalRows === null || totalRows > rows.length) && (
        <p className="muted">
          The first {rows.length.toLocaleString('en-US')} rows
          {totalRows !== null && ` of ${totalRows.toLocaleString('en-US')}`}.
        </p>
      )}
    </>
  );
}

const MOST_TYPES = 12;

function Onnx({ preview }: { readonly preview: Of<'onnx'> }) {
  const sides = [
    ...preview.inputs.map((side) => ['in', side] as const),
    ...preview.outputs.map((side) => ['out', side] as const),
  ];
  return (
    <dl className="facts">
      <dt>Graph</dt>
      <dd>
        {preview.graph}, {preview.nodeCount.toLocaleString('en-US')} nodes
      </dd>
      <dt>Parameters</dt>
      <dd>{formatNumber(preview.parameters)}</dd>
      {sides.map(([way, { name, type, shape }]) => (
        <Fact key={`${way} ${name}`} name={way === 'in' ? 'Input' : 'Output'}>
          <code>
            {name}: {type} [{shape.join(', ')}]
          </code>
        </Fact>
      ))}
      <dt>Operators</dt>
      <dd>
        {preview.nodes
          .slice(0, MOST_TYPES)
          .map(({ type, count }) => `${type} × ${count}`)
          .join(', ')}
        {preview.nodes.length > MOST_TYPES && ' …'}
      </dd>
      <dt>Made with</dt>
      <dd>
        {preview.producer || 'unknown'}, IR {preview.irVersion}, opset{' '}
        {preview.opsets.map(({ domain, version }) => `${domain && `${domain} `}${version}`).join(', ')}
      </dd>
      {Object.entries(preview.metadata).map(([name, value]) => (
        <Fact key={name} name={name}>
          {value}
        </Fact>
      ))}
    </dl>
  );
}
