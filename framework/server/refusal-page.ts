import { html } from 'hono/html';
import type { ApiError } from './api/api-error.ts';

const STYLE = `
  :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
  body { max-width: 60ch; margin: 18vh auto 0; padding: 0 20px; }
  h1 { margin: 0 0 8px; font-size: 20px; }
  code { font-family: ui-monospace, monospace; }
`;

/** Text in which `backticks` are code. */
const prose = (text: string) =>
  text.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece));

/** What somebody sees in a browser who is not let in: the application itself is not served to them. */
export const refusalPage = ({ error: { code, message, hint } }: ApiError) => html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Sluice</title>
    <style>${STYLE}</style>
  </head>
  <body>
    <main>
      <h1>${message}</h1>
      <p>${prose(hint)}</p>
      <p><code>${code}</code></p>
    </main>
  </body>
</html>`;
