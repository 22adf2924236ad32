import type { ReactNode } from 'react';
import type { StoredError } from '../../server/api/stored-error.ts';
import { Excerpt } from './excerpt.tsx';
import { Prose } from './prose.tsx';
import './error-card.css';

export interface ErrorCardProps {
  readonly error: StoredError;
  /** What failed. */
  readonly title: ReactNode;
  readonly actions?: ReactNode;
}

const FRAME = /^\s*at /;

/** Frames under a message repeat it in their first lines: those go. */
function framesOf({ stack }: StoredError): readonly string[] {
  return (
    stack
      ?.split('\n')
      .filter((line) => FRAME.test(line))
      .map((line) => line.replace(FRAME, '')) ?? []
  );
}

/** An error as its user needs it: what, where in the source, what to do. */
export function ErrorCard({ error, title, actions }: ErrorCardProps) {
  const frames = framesOf(error);
  return (
    <section className="error-card" aria-label="Error">
      <header>
        <h2>{title}</h2>
        <code>{error.code}</code>
        {actions && <div className="end">{actions}</div>}
      </header>
      <pre className="error-message">{error.message}</pre>
      {error.excerpt && <Excerpt excerpt={error.excerpt} />}
      {frames.length > 0 && (
        <ol className="error-frames" aria-label="Where it happened">
          {frames.map((frame) => (
            <li key={frame}>
              <code>{frame}</code>
            </li>
          ))}
        </ol>
      )}
      {error.hint && (
        <p className="error-hint">
          <Prose text={error.hint} />
        </p>
      )}
    </section>
  );
}
