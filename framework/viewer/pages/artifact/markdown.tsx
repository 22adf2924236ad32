import createPurifier from 'dompurify';
import { marked } from 'marked';
import { useEffect, useRef } from 'react';

const purifier = createPurifier(window);

// A picture from elsewhere would tell its host that somebody looks; links open beside the page.
purifier.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName === 'IMG' && !/^data:image\//.test(node.getAttribute('src') ?? '')) node.removeAttribute('src');
  if (node.nodeName === 'A') {
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer');
  }
});

/** Markdown that a step wrote, as elements of which none runs or fetches anything. */
const safeContent = (text: string): DocumentFragment =>
  purifier.sanitize(marked.parse(text, { async: false, gfm: true }), {
    USE_PROFILES: { html: true },
    FORBID_TAGS: ['style', 'form', 'input', 'button', 'textarea', 'select', 'video', 'audio', 'source', 'link'],
    FORBID_ATTR: ['style', 'class', 'id', 'name', 'srcset'],
    RETURN_DOM_FRAGMENT: true,
  });

/** A report as its writer meant it. */
export function Markdown({ text }: { readonly text: string }) {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => element.current?.replaceChildren(safeContent(text)), [text]);
  return <div className="markdown" ref={element} />;
}
