import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { JsonValue } from '../../../server/api/json-value.ts';
import type { NewRun, Pipeline } from '../../../server/api/pipeline.ts';
import type { Run } from '../../../server/api/run.ts';
import { shellWord } from '../../../shell-word.ts';
import { act } from '../../client/act.ts';
import { infoQuery, pipelineQuery, runQuery } from '../../client/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Page } from '../../shell/page.tsx';
import { readValue, shownValue, valueAt, withValue } from './form-values.ts';
import { ParamField } from './param-field.tsx';
import { type SchemaField, schemaFields } from './schema-fields.ts';
import './new-run-page.css';

const route = getRouteApi('/pipelines/$pipeline/run');

/** Starts a pipeline, with the parameters of an earlier run where one is named, each to be changed. */
export function NewRunPage() {
  const { pipeline: name } = route.useParams();
  const { from = '' } = route.useSearch();
  const { data: info } = useQuery(infoQuery);
  const { data: pipeline, error } = useQuery(pipelineQuery(name));
  const { data: run, error: runError } = useQuery({ ...runQuery(from), enabled: from !== '' });
  const isReady = pipeline && (from === '' || run || runError);
  return (
    <Page
      title={run ? `Run ${name} again` : `Run ${name}`}
      path={[
        <Link key="pipelines" to="/pipelines">
          Pipelines
        </Link>,
        <Link key="pipeline" to="/pipelines/$pipeline" params={{ pipeline: name }}>
          {name}
        </Link>,
      ]}
      lede={
        run && (
          <>
            With the parameters of{' '}
            <Link to="/runs/$run" params={{ run: run.id }} className="link">
              {run.name}
            </Link>
            . Steps whose key does not change are taken from the cache.
          </>
        )
      }
    >
      {error && <Problem error={error} title="The pipeline can't be read" />}
      {runError && <Problem error={runError} title="The earlier run can't be read" />}
      {!isReady && !error && <Skeleton lines={8} label="Reading the pipeline" />}
      {info && !info.writable && (
        <Problem error={new Error('Whoever may only look starts nothing.')} title="No runs from here" />
      )}
      {isReady && pipeline.problem && (
        <Problem error={new Error(pipeline.problem)} title="Its file can't be read now" />
      )}
      {isReady && !pipeline.problem && info?.writable && (
        <Form key={from} pipeline={pipeline} run={run} stack={info.stack} />
      )}
    </Page>
  );
}

interface FormProps {
  readonly pipeline: Pipeline;
  readonly run: Run | undefined;
  readonly stack: string;
}

type Params = NewRun['params'];

function Form({ pipeline, run, stack }: FormProps) {
  const navigate = useNavigate();
  const fields = schemaFields(pipeline.schema ?? {});
  const base = (run?.params ?? {}) as Params;
  const [edits, setEdits] = useState<Readonly<Record<string, string>>>({});
  const [name, setName] = useState('');
  const [fresh, setFresh] = useState(false);
  const [faults, setFaults] = useState<Readonly<Record<string, string>>>({});
  const start = useMutation({
    mutationFn: (params: Params) =>
      act.start(pipeline.name, { params, ...(name && { name }), ...(fresh && { refresh: true }) }),
    onSuccess: ({ id }) => void navigate({ to: '/runs/$run', params: { run: id } }),
  });
  const submit = (): void => {
    const { params, problems } = paramsOf(fields, base, edits);
    setFaults(problems);
    if (Object.keys(problems).length === 0) start.mutate(params);
  };
  const changed = fields.filter(({ path }) => path in edits).length;
  return (
    <form
      className="new-run"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {fields.length === 0 ? (
        <Empty title="It takes no parameters" command={`sluice run ${shellWord(pipeline.name)}`} />
      ) : (
        <div className="card new-run-fields">
          {fields.map((field) => {
            const value = valueAt(base, field.path) ?? (run ? null : field.initial);
            const initial = shownValue(field, valueAt(base, field.path) === undefined ? field.initial : value);
            return (
              <ParamField
                key={field.path}
                field={field}
                initial={initial}
                value={edits[field.path] ?? initial}
                fault={faults[field.path] ?? null}
                onChange={(next) =>
                  setEdits(({ [field.path]: _, ...others }) =>
                    next === initial ? others : { ...others, [field.path]: next },
                  )
                }
              />
            );
          })}
        </div>
      )}
      <div className="new-run-end">
        <label className="new-run-name">
          Name
          <input
            className="field"
            value={name}
            maxLength={200}
            placeholder="one of its own"
            onChange={(event) => setName(event.target.value)}
          />
        </label>
        <label className="new-run-check">
          <input type="checkbox" checked={fresh} onChange={(event) => setFresh(event.target.checked)} />
          Run every step, whatever is cached
        </label>
        <span className="muted" role="status">
          {changed > 0 && `${changed} changed · `}on stack {stack}
        </span>
        <button type="submit" className="button primary" disabled={start.isPending}>
          {start.isPending ? 'Starting…' : 'Run'}
        </button>
      </div>
      {start.error && <Problem error={start.error} title="It did not start" />}
    </form>
  );
}

/** What is sent: the earlier run's parameters with what was changed; what was never touched keeps its default. */
function paramsOf(fields: readonly SchemaField[], base: Params, edits: Readonly<Record<string, string>>) {
  let params: Params = base;
  const problems: Record<string, string> = {};
  for (const field of fields) {
    const edit = edits[field.path];
    if (edit === undefined) continue;
    try {
      params = withValue(params, field.path, readValue(field, edit) as JsonValue | undefined) as Params;
    } catch (error) {
      problems[field.path] = (error as Error).message;
    }
  }
  return { params, problems };
}
