import './diff-view.css';

export interface DiffViewProps {
  /** Unified text, as `git diff` writes it. */
  readonly diff: string;
  readonly label: string;
}

const MOST_LINES = 2000;
/** Stands above a file in some diffs, and says nothing. */
const RULE = /^={20,}$/;

function kindOf(line: string): string {
  if (/^(\+\+\+|---|diff |index )/.test(line)) return 'file';
  if (line.startsWith('@@')) return 'hunk';
  if (line.startsWith('+')) return 'added';
  if (line.startsWith('-')) return 'removed';
  return 'same';
}

const WORDS: Readonly<Record<string, string>> = { added: 'added: ', removed: 'removed: ' };

/** Changed lines of text, told apart by sign and colour. */
export function DiffView({ diff, label }: DiffViewProps) {
  const lines = diff
    .replace(/\n$/, '')
    .split('\n')
    .filter((line) => !RULE.test(line));
  const shown = lines
    .slice(0, MOST_LINES)
    .map((text, index) => ({ text, kind: kindOf(text), key: `${index}:${text}` }));
  return (
    // Long lines scroll in themselves, with the keyboard too.
    <section className="diff" aria-label={label} tabIndex={0}>
      {shown.map(({ text, kind, key }) => (
        <div key={key} className={`diff-${kind}`}>
          {WORDS[kind] && <span className="hidden-but-read">{WORDS[kind]}</span>}
          {text || ' '}
        </div>
      ))}
      {lines.length > MOST_LINES && <div className="diff-hunk">… {lines.length - MOST_LINES} more lines</div>}
    </section>
  );
}
