import { useMutation, useQuery } from '@tanstack/react-query';
import type { DoctorReport, StackView } from '../../../server/api/stack.ts';
import { act } from '../../client/act.ts';
import { infoQuery } from '../../client/queries.ts';
import { Problem } from '../../parts/problem.tsx';
import { Prose } from '../../parts/prose.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { StatusShape } from '../../parts/status.tsx';

/** What each kind of component does, for who is new. */
const DUTIES: Readonly<Record<string, string>> = {
  orchestrator: 'runs the steps',
  artifact_store: 'keeps results',
  metadata_store: 'keeps the record of runs',
  experiment_tracker: 'gets metrics and parameters',
  model_registry: 'keeps versions of models',
};

/** One stack: its components, and on demand whether each really works. */
export function StackCard({ stack }: { readonly stack: StackView }) {
  const { data: info } = useQuery(infoQuery);
  const doctor = useMutation({ mutationFn: () => act.doctor(stack.name) });
  return (
    <section className="card" aria-label={`Stack ${stack.name}`}>
      <header>
        <h2>{stack.name}</h2>
        {stack.active && <span className="tag stack-active">this viewer's</span>}
        {info?.writable && (
          <button
            type="button"
            className="button small end"
            disabled={doctor.isPending}
            onClick={() => doctor.mutate()}
          >
            {doctor.isPending ? 'Trying…' : 'Try every component'}
          </button>
        )}
      </header>
      {stack.problem && <Problem error={new Error(stack.problem)} title="Its file is not understood" />}
      <section className="scrolls" tabIndex={0} aria-label={`Components of ${stack.name}`}>
        <table className="table stack-components">
          <thead>
            <tr>
              <th>Component</th>
              <th>Flavor</th>
              <th>Name</th>
              <th>Options</th>
            </tr>
          </thead>
          <tbody>
            {stack.components.map(({ kind, name, flavor, options }) => (
              <tr key={kind}>
                <th scope="row">
                  <code>{kind}</code>
                  <div>{DUTIES[kind]}</div>
                </th>
                <td>{flavor}</td>
                <td>{name ?? <span className="muted">inline</span>}</td>
                <td>
                  <Options options={options} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {doctor.isPending && (
        <div className="body">
          <Skeleton lines={3} label="Trying every component" />
        </div>
      )}
      {doctor.error && <Problem error={doctor.error} title="It could not be tried" />}
      {doctor.data && <Report report={doctor.data} />}
    </section>
  );
}

function Options({ options }: { readonly options: StackView['components'][number]['options'] }) {
  const entries = Object.entries(options);
  if (entries.length === 0) return <span className="muted">as they come</span>;
  return (
    <dl className="facts stack-options">
      {entries.map(([name, value]) => (
        <Option key={name} name={name} value={typeof value === 'string' ? value : JSON.stringify(value)} />
      ))}
    </dl>
  );
}

const Option = ({ name, value }: { readonly name: string; readonly value: string }) => (
  <>
    <dt>{name}</dt>
    <dd>
      <code>{value}</code>
    </dd>
  </>
);

/** What was tried: what is not well comes first, with what to do. */
function Report({ report: { ok, checks } }: { readonly report: DoctorReport }) {
  const sorted = [...checks].sort((a, b) => Number(a.ok) - Number(b.ok));
  const faults = checks.filter((check) => !check.ok).length;
  return (
    <section className="doctor" aria-label="What was tried">
      <p role="status">
        <strong>{ok ? 'All well.' : `${faults} of ${checks.length} checks failed.`}</strong>
      </p>
      <ul>
        {sorted.map(({ subject, check, ok: isWell, detail, hint, ms }) => (
          <li key={`${subject} ${check}`}>
            <StatusShape status={isWell ? 'succeeded' : 'failed'} />
            <span>
              <span className="hidden-but-read">{isWell ? 'well: ' : 'failed: '}</span>
              <strong>{subject}</strong> {check}
              <span className="muted"> {detail}</span>
              {hint && (
                <div>
                  <Prose text={hint} />
                </div>
              )}
            </span>
            <span className="muted">{Math.round(ms)} ms</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
