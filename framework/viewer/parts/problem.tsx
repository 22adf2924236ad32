import { RequestError } from '../client/request.ts';
import { Prose } from './prose.tsx';
import './problem.css';

/** What went wrong with a request, and what to do. */
export function Problem({ error, title }: { readonly error: unknown; readonly title?: string }) {
  const message = error instanceof Error ? error.message : String(error);
  return (
    <div className="problem" role="alert">
      <strong>{title ?? message}</strong>
      {title && <p>{message}</p>}
      {error instanceof RequestError && (
        <p>
          {error.hint && <Prose text={error.hint} />} <code className="muted">{error.code}</code>
        </p>
      )}
    </div>
  );
}
