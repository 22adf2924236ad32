import { Children, type ReactNode, useEffect } from 'react';
import './page.css';

export interface PageProps {
  readonly title: string;
  /** Beside the title: its state, tags. */
  readonly marks?: ReactNode;
  /** Links to what the page is in, outermost first. */
  readonly path?: readonly ReactNode[];
  readonly actions?: ReactNode;
  readonly lede?: ReactNode;
  /** Takes the height of the window, and its lists scroll in themselves. */
  readonly fills?: boolean;
  readonly children: ReactNode;
}

/** Head and body of every page. */
export function Page({ title, marks, path = [], actions, lede, fills = false, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Sluice`;
  }, [title]);
  return (
    <div className={fills ? 'page fills' : 'page'}>
      <header className="page-head">
        <div>
          {path.length > 0 && (
            <nav className="page-path" aria-label="Where this is">
              {Children.map(path, (place) => (
                <span>{place}</span>
              ))}
            </nav>
          )}
          <div className="page-title">
            <h1>{title}</h1>
            {marks}
          </div>
        </div>
        {actions && <div className="page-actions">{actions}</div>}
        {lede && <div className="page-lede">{lede}</div>}
      </header>
      {children}
    </div>
  );
}
