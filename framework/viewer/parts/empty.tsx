import type { ReactNode } from 'react';
import './empty.css';

export interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
  /** What to type next: in a terminal, or in a step where it is no command. */
  readonly command?: string;
}

/** Nothing here yet, and how that changes. */
export function Empty({ title, children, command }: EmptyProps) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {command && (
        <pre className="block">
          {command.startsWith('sluice ') && <span aria-hidden="true">$ </span>}
          {command}
        </pre>
      )}
    </div>
  );
}
