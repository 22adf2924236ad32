import Anser from 'anser';
import './ansi-text.css';

const ESCAPE = String.fromCharCode(27);

/** Text with the colours that a terminal would show; as elements, never as HTML. */
export function AnsiText({ text, search }: { readonly text: string; readonly search: string }) {
  if (!text.includes(ESCAPE)) return <Found text={text} search={search} />;
  const pieces = Anser.ansiToJson(text, { json: true, use_classes: true, remove_empty: true });
  let at = 0;
  return pieces.map(({ content, fg, bg, decorations }) => {
    at += content.length;
    const names = [fg, bg && `${bg}-bg`, ...decorations.map((each) => `ansi-${each}`)].filter(Boolean).join(' ');
    return (
      <span key={at} className={names}>
        <Found text={content} search={search} />
      </span>
    );
  });
}

/** What was searched for stands out. */
function Found({ text, search }: { readonly text: string; readonly search: string }) {
  if (search === '') return text;
  const at = text.toLowerCase().indexOf(search.toLowerCase());
  if (at < 0) return text;
  return (
    <>
      {text.slice(0, at)}
      <mark>{text.slice(at, at + search.length)}</mark>
      <Found text={text.slice(at + search.length)} search={search} />
    </>
  );
}
