import './skeleton.css';

const WIDTHS = ['92%', '74%', '85%', '61%', '79%', '68%', '88%', '55%'] as const;

/** Grey lines where text will be; at most eight. */
export function Skeleton({ lines = 3, label = 'Loading' }: { readonly lines?: number; readonly label?: string }) {
  return (
    <div className="skeleton" role="status" aria-label={label}>
      {WIDTHS.slice(0, lines).map((width) => (
        <span key={width} style={{ width }} />
      ))}
    </div>
  );
}
