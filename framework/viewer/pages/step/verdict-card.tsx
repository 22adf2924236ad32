import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Step, Why } from '../../../server/api/step.ts';
import { whyQuery } from '../../client/queries.ts';
import { DiffView } from '../../parts/diff-view.tsx';
import { shortDigest } from '../../parts/format.ts';
import { Problem } from '../../parts/problem.tsx';
import { Prose } from '../../parts/prose.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';

const TITLES = { hit: 'Cache hit', miss: 'Cache miss' } as const;

/** Whether the cache had the result, and what was different where it had not: the reason to trust it. */
export function VerdictCard({ run, step }: { readonly run: string; readonly step: Step }) {
  const { data: why, error } = useQuery(whyQuery(run, step.id));
  return (
    <section className="card">
      <header>
        <h2>{step.verdict ? TITLES[step.verdict] : 'Cache'}</h2>
        {step.key && (
          <code className="end muted" title={`Key ${step.key}`}>
            {shortDigest(step.key)}
          </code>
        )}
      </header>
      <div className="body verdict">
        {error && <Problem error={error} title="It can't be said why" />}
        {!why && !error && <Skeleton lines={3} label="Asking why" />}
        {why && <Reasons why={why} self={`${run} ${step.id}`} />}
        {step.parts.length > 0 && (
          <details>
            <summary>All {step.parts.length} parts of the key</summary>
            <dl className="facts verdict-parts">
              {step.parts.map(({ part, display, digest }) => (
                <PartFact key={part} part={part} display={display} digest={digest} />
              ))}
            </dl>
          </details>
        )}
      </div>
    </section>
  );
}

const PartFact = ({
  part,
  display,
  digest,
}: {
  readonly part: string;
  readonly display: string;
  readonly digest: string;
}) => (
  <>
    <dt>{part}</dt>
    <dd>
      <code title={digest}>{display}</code>
    </dd>
  </>
);

function Reasons({ why, self }: { readonly why: Why; readonly self: string }) {
  const { origin, nearest, differences } = why;
  return (
    <>
      <p>
        <Prose text={why.reason} />
      </p>
      {origin && `${origin.run} ${origin.node}` !== self && (
        <p>
          The result is that of <StepLink {...origin} />.
        </p>
      )}
      {differences.length > 0 && (
        <>
          <h3>
            {differences.length === 1 ? 'One part of the key is' : `${differences.length} parts of the key are`} not as
            in {nearest ? <StepLink {...nearest} /> : 'the nearest earlier one'}
          </h3>
          {differences.map(({ part, before, after, code }) => (
            <div key={part} className="verdict-difference">
              <strong>{part}</strong>
              {code ? (
                <DiffView diff={code.diff} label={`${code.symbol} in ${code.file}`} />
              ) : (
                <div className="verdict-values">
                  <Value sign="−" kind="removed" value={before} />
                  <Value sign="+" kind="added" value={after} />
                </div>
              )}
            </div>
          ))}
        </>
      )}
    </>
  );
}

const StepLink = ({ run, node }: { readonly run: string; readonly node: string }) => (
  <Link to="/runs/$run/steps/$node" params={{ run, node }} className="link">
    {node} <code>{run.slice(0, 8)}</code>
  </Link>
);

interface ValueProps {
  readonly sign: string;
  readonly kind: 'added' | 'removed';
  readonly value: string | null;
}

const Value = ({ sign, kind, value }: ValueProps) => (
  <code className={`diff-${kind}`}>
    <span aria-hidden="true">{sign} </span>
    <span className="hidden-but-read">{kind === 'added' ? 'now ' : 'before '}</span>
    {value ?? 'nothing'}
  </code>
);
