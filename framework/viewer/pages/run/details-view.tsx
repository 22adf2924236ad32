import { useMemo } from 'react';
import type { TrackedValue } from '../../../server/api/metric.ts';
import type { Run } from '../../../server/api/run.ts';
import { Card } from '../../parts/card.tsx';
import { Commit } from '../../parts/commit.tsx';
import { DiffView } from '../../parts/diff-view.tsx';
import { Fact } from '../../parts/fact.tsx';
import { JsonTree } from '../../parts/json-tree.tsx';
import { EnvironmentFacts } from './environment-facts.tsx';
import { otherValues } from './other-values.ts';

/** What a run was given and what it ran on. */
export function DetailsView({ run, values }: { readonly run: Run; readonly values: readonly TrackedValue[] }) {
  const { code } = run;
  const others = useMemo(() => otherValues(run.params, values), [run.params, values]);
  const packages = Object.entries(code?.packages ?? {});
  return (
    <div className="columns">
      <Card title="Parameters">
        <JsonTree value={run.params} />
      </Card>
      <Card title="Result">
        {run.result === null ? (
          <p className="muted">None: the run did not come to its end.</p>
        ) : (
          <JsonTree value={run.result} />
        )}
      </Card>
      <Card title="Code">
        <dl className="facts">
          <dt>Commit</dt>
          <dd>
            <Commit git={run.git} isWhole />
          </dd>
          <dt>Branch</dt>
          <dd>{run.git?.branch ?? '–'}</dd>
          <dt>Pipeline</dt>
          <dd>
            <code>{run.source}</code>
          </dd>
          <dt>Mode</dt>
          <dd>{run.mode}</dd>
        </dl>
        {code?.diff && (
          <>
            <h3 className="details-title">Changes that were not committed</h3>
            <DiffView diff={code.diff} label="Changes that were not committed" />
            {code.diffTruncated && <p className="muted">The rest was too long to be kept.</p>}
          </>
        )}
      </Card>
      {run.environment && (
        <Card title="Environment">
          <EnvironmentFacts environment={run.environment} />
          {packages.length > 0 && (
            <details className="details-packages">
              <summary>{packages.length} packages</summary>
              <dl className="facts">
                {packages.map(([name, version]) => (
                  <Fact key={name} name={name}>
                    <code>{version}</code>
                  </Fact>
                ))}
              </dl>
            </details>
          )}
        </Card>
      )}
      {others.length > 0 && (
        <Card title="Tracked by its steps">
          <dl className="facts">
            {others.map(({ step, kind, name, value }) => (
              <Fact key={`${step} ${kind} ${name}`} name={`${kind} ${name}`}>
                {value} <span className="muted">{step}</span>
              </Fact>
            ))}
          </dl>
        </Card>
      )}
    </div>
  );
}
