/** Text in which `backticks` are code, as messages and hints of the engine have it. */
export function Prose({ text }: { readonly text: string }) {
  const pieces = text.split('`');
  return (
    <>
      {pieces.map((piece, index) => {
        const key = `${index} ${piece}`;
        const isCode = index % 2 === 1 && index < pieces.length - 1;
        return isCode ? <code key={key}>{piece}</code> : <span key={key}>{piece}</span>;
      })}
    </>
  );
}
