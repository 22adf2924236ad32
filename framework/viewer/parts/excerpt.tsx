import type { StoredError } from '../../server/api/stored-error.ts';
import './excerpt.css';

/** Lines of source around the place of an error, as they were when it happened. */
export function Excerpt({
  excerpt: { file, line, column, firstLine, lines },
}: {
  readonly excerpt: NonNullable<StoredError['excerpt']>;
}) {
  return (
    <figure className="excerpt">
      <figcaption>
        <code>
          {file}:{line}:{column}
        </code>
      </figcaption>
      {/* It scrolls, with the keyboard too. */}
      <section tabIndex={0} aria-label={`Lines of ${file}`}>
        <ol style={{ counterReset: `line ${firstLine - 1}` }}>
          {lines.map((text, index) => {
            const number = firstLine + index;
            const isIt = number === line;
            return (
              <li key={number} aria-current={isIt ? 'true' : undefined}>
                <code>{text === '' ? ' ' : text}</code>
              </li>
            );
          })}
        </ol>
      </section>
    </figure>
  );
}
