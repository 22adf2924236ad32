import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ExecutorView } from '../../../server/api/executor.ts';
import { executorsQuery } from '../../client/queries.ts';
import { Problem } from '../../parts/problem.tsx';
import { StatusCounts } from '../../parts/status.tsx';
import { Ago, Duration } from '../../parts/time.tsx';

/** So many running steps of a run are named. */
const MOST_STEPS = 6;

/** What runs where: every process that runs pipelines now, with its runs and the steps that it is at. */
export function ExecutorsCard() {
  const { data, error } = useQuery(executorsQuery);
  const count = data?.items.length ?? 0;
  return (
    <section className="card" aria-label="What runs where">
      <header>
        <h2>What runs where</h2>
        {count > 0 && <span className="count">{count}</span>}
      </header>
      {error && <Problem error={error} title="It can't be read" />}
      {data && count === 0 && <p className="body muted">Nothing runs now.</p>}
      {data && count > 0 && (
        <ul className="body executors">
          {data.items.map((executor) => (
            <Executor key={executor.id} executor={executor} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Executor({ executor: { host, pid, startedAt, thisMachine, runs } }: { readonly executor: ExecutorView }) {
  return (
    <li>
      <p>
        <strong>{host}</strong>
        {thisMachine && ' (this machine)'}{' '}
        <span className="muted">
          process {pid}, started <Ago time={startedAt} />
        </span>
      </p>
      {runs.map((run) => (
        <div key={run.id} className="executor-run">
          <Link to="/runs/$run" params={{ run: run.id }} className="link">
            {run.name}
          </Link>{' '}
          <span className="muted">
            {run.pipeline} on {run.stack}
          </span>{' '}
          <StatusCounts counts={run.counts} />
          {run.steps.length > 0 && (
            <ul>
              {run.steps.slice(0, MOST_STEPS).map(({ id, startedAt: since }) => (
                <li key={id}>
                  <Link to="/runs/$run/steps/$node" params={{ run: run.id, node: id }}>
                    {id}
                  </Link>{' '}
                  <span className="muted">
                    <Duration ms={null} since={since} />
                  </span>
                </li>
              ))}
              {run.steps.length > MOST_STEPS && <li className="muted">and {run.steps.length - MOST_STEPS} more</li>}
            </ul>
          )}
        </div>
      ))}
    </li>
  );
}
