import type { ReactNode } from 'react';
import type { JsonValue } from '../../../server/api/json-value.ts';
import { formatBytes } from '../../parts/format.ts';

const NAMES: Readonly<Record<string, string>> = {
  host: 'Host',
  platform: 'System',
  arch: 'Architecture',
  cpus: 'Processor cores',
  memoryBytes: 'Memory',
  node: 'Node',
  sluice: 'Sluice',
};

function shownValue(name: string, value: JsonValue): ReactNode {
  if (name === 'memoryBytes' && typeof value === 'number') return formatBytes(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The machine that a run was started on; what is not known by name here comes as it was recorded. */
export function EnvironmentFacts({ environment }: { readonly environment: Readonly<Record<string, JsonValue>> }) {
  return (
    <dl className="facts">
      {Object.entries(environment).map(([name, value]) => (
        <div className="fact" key={name}>
          <dt>{NAMES[name] ?? name}</dt>
          <dd>{shownValue(name, value)}</dd>
        </div>
      ))}
    </dl>
  );
}
