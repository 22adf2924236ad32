import type { HookFailure } from '../../server/api/step.ts';
import { Excerpt } from './excerpt.tsx';
import { Ago } from './time.tsx';
import './hook-failures.css';

/** Hooks that threw: nothing failed because of them, so they are told and not shouted. */
export function HookFailures({ failures }: { readonly failures: readonly HookFailure[] }) {
  if (failures.length === 0) return null;
  return (
    <details className="card hook-failures" open={failures.length < 3}>
      <summary>
        <h2>{failures.length === 1 ? 'A hook failed' : `${failures.length} hooks failed`}</h2>
        <span className="muted">It changed nothing of what ran.</span>
      </summary>
      <ul className="body">
        {failures.map(({ hook, at, error }) => (
          <li key={`${hook} ${at} ${error.message}`}>
            <div>
              <code>{hook}</code>{' '}
              <span className="muted">
                <Ago time={at} />
              </span>
            </div>
            <pre>{error.message}</pre>
            {error.excerpt ? (
              <Excerpt excerpt={error.excerpt} />
            ) : (
              error.stack && <pre className="muted hook-stack">{error.stack}</pre>
            )}
          </li>
        ))}
      </ul>
    </details>
  );
}
