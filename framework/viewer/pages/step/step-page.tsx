import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Step } from '../../../server/api/step.ts';
import { linksQuery, stepQuery } from '../../client/queries.ts';
import { LogView } from '../../logs/log-view.tsx';
import { ArtifactLink } from '../../parts/artifact-link.tsx';
import { Card } from '../../parts/card.tsx';
import { ErrorCard } from '../../parts/error-card.tsx';
import { Fact } from '../../parts/fact.tsx';
import { HookFailures } from '../../parts/hook-failures.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { isOver, StatusMark } from '../../parts/status.tsx';
import { Ago, Duration } from '../../parts/time.tsx';
import { Page } from '../../shell/page.tsx';
import { Attempts } from './attempts.tsx';
import { UsageFacts } from './usage-facts.tsx';
import { VerdictCard } from './verdict-card.tsx';
import './step-page.css';

const route = getRouteApi('/runs/$run/steps/$node');

/** More plain values than this are shown on demand. */
const MOST_VALUES = 12;

/** One step of one run: why it failed, why it ran, what it took and what it made. */
export function StepPage() {
  const { run, node } = route.useParams();
  const { data: step, error, dataUpdatedAt } = useQuery(stepQuery(run, node));
  const path = [
    <Link key="runs" to="/runs">
      Runs
    </Link>,
    <Link key="run" to="/runs/$run" params={{ run }} search={{ step: node }}>
      {step?.run.name ?? run}
    </Link>,
  ];
  if (!step) {
    return (
      <Page title={node} path={path}>
        {error ? <Problem error={error} /> : <Skeleton lines={8} label="Loading the step" />}
      </Page>
    );
  }
  return (
    <Page title={node} path={path} marks={<StatusMark status={step.status} />} lede={<Facts run={run} step={step} />}>
      {step.error && (
        <ErrorCard error={step.error} title={step.status === 'lost' ? 'Its process was lost' : 'Why it failed'} />
      )}
      <HookFailures failures={step.hookFailures} />
      <div className="columns">
        <VerdictCard run={run} step={step} />
        <Card title="Result">
          <Outputs step={step} />
        </Card>
        <Card title="Inputs">
          <Inputs run={run} step={step} />
        </Card>
        {(step.tries.length > 0 || step.usage) && (
          <Card title={step.tries.length > 1 ? `${step.tries.length} attempts` : 'Attempt'}>
            <UsageFacts usage={step.usage} durationMs={step.durationMs} />
            <Attempts tries={step.tries} />
          </Card>
        )}
      </div>
      <StepLog step={step} version={dataUpdatedAt} />
    </Page>
  );
}

function Facts({ run, step }: { readonly run: string; readonly step: Step }) {
  const { data: links } = useQuery(linksQuery(run, step.id));
  return (
    <div className="page-facts">
      {step.step !== step.id && <span>step {step.step}</span>}
      {step.startedAt && (
        <span>
          <Ago time={step.startedAt} />
        </span>
      )}
      <span>
        <Duration ms={step.durationMs} since={step.status === 'running' ? step.startedAt : null} />
      </span>
      {step.reason && <span>{step.reason}</span>}
      {links?.tracker && (
        <a className="link" href={links.tracker} target="_blank" rel="noreferrer noopener">
          In the tracker ↗
        </a>
      )}
    </div>
  );
}

function Outputs({ step: { output, files, status } }: { readonly step: Step }) {
  if (output.length === 0 && files.length === 0) {
    return <p className="muted">{isOver(status) ? 'It put nothing out.' : 'Not there yet.'}</p>;
  }
  return (
    <dl className="facts">
      {[...output, ...files].map((artifact) => (
        <Fact key={`${artifact.field} ${artifact.digest}`} name={artifact.field || 'value'}>
          <ArtifactLink artifact={artifact} />
        </Fact>
      ))}
    </dl>
  );
}

function Inputs({ run, step }: { readonly run: string; readonly step: Step }) {
  const values = Object.entries(step.arguments);
  if (step.inputs.length === 0 && values.length === 0) return <p className="muted">It takes none.</p>;
  return (
    <>
      <dl className="facts" hidden={step.inputs.length === 0}>
        {step.inputs.map((input) => (
          <Fact key={`${input.name} ${input.field} ${input.digest}`} name={input.name}>
            {input.known ? <ArtifactLink artifact={input} /> : <span className="muted">not there</span>}
            {input.node && (
              <span className="muted">
                {' from '}
                <Link to="/runs/$run/steps/$node" params={{ run, node: input.node }} className="link">
                  {input.node}
                </Link>
                {input.field && `.${input.field}`}
              </span>
            )}
          </Fact>
        ))}
      </dl>
      {values.length > MOST_VALUES ? (
        <details>
          <summary>{values.length} values</summary>
          <Values values={values} />
        </details>
      ) : (
        <Values values={values} />
      )}
    </>
  );
}

const Values = ({ values }: { readonly values: readonly (readonly [string, string])[] }) => (
  <dl className="facts step-values">
    {values.map(([name, value]) => (
      <Fact key={name} name={name}>
        <code>{value}</code>
      </Fact>
    ))}
  </dl>
);

function StepLog({ step, version }: { readonly step: Step; readonly version: number }) {
  const { attempt = '', level = '', search = '', follow } = route.useSearch();
  const navigate = route.useNavigate();
  const change = (to: Partial<Record<'attempt' | 'level' | 'search' | 'follow', string>>): void =>
    void navigate({ search: (now) => ({ ...now, ...to }), replace: true });
  return (
    <section className="step-log">
      <h2>Log</h2>
      <LogView
        asked={{ run: step.run.id, step: step.id, level, search, attempt }}
        isLive={!isOver(step.status)}
        version={version}
        follow={follow !== 'no'}
        showsStep={false}
        onChange={change}
        fields={
          step.tries.length > 1 && (
            <label>
              <span className="hidden-but-read">Attempt</span>
              <select className="field" value={attempt} onChange={(event) => change({ attempt: event.target.value })}>
                <option value="">All attempts</option>
                {step.tries.map((each) => (
                  <option key={each.attempt} value={String(each.attempt)}>
                    Attempt {each.attempt}
                  </option>
                ))}
              </select>
            </label>
          )
        }
      />
    </section>
  );
}
