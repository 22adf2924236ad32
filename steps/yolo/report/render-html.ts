import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { escapeXml } from '../drawing/escape-xml.ts';
import type { Block, Report } from './blocks.ts';

/** A report as one HTML file that needs no other: pictures inside, no script, light or dark as the reader's system. */
export async function renderHtml({ title, decision, reasons, sections }: Report): Promise<string> {
  const bodies = await Promise.all(
    sections.map(async ({ heading, blocks }) => {
      const parts = await Promise.all(blocks.map((block) => renderBlock(block, heading)));
      const layout = blocks.every(({ kind }) => kind === 'picture') ? ' class="pictures"' : '';
      return `<section>\n<h2>${escapeXml(heading)}</h2>\n<div${layout}>\n${parts.join('\n')}\n</div>\n</section>`;
    }),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeXml(title)}</h1>
<div class="decision ${decision}">
<strong>${decision === 'promote' ? '✓ Promote' : '✗ Refuse'}</strong>
${list(reasons)}
</div>
${bodies.join('\n')}
</main>
</body>
</html>
`;
}

async function renderBlock(block: Block, heading: string): Promise<string> {
  switch (block.kind) {
    case 'text':
      return `<p>${escapeXml(block.text)}</p>`;
    case 'list':
      return list(block.items);
    case 'table':
      return table(block, heading);
    case 'picture': {
      const bytes = await readFile(block.path);
      const type = MEDIA_TYPES[extname(block.name)];
      if (!type) throw new Error(`No media type is known for ${block.name}.`);
      const source = `data:${type};base64,${bytes.toString('base64')}`;
      const image = `<img src="${source}" alt="${escapeXml(block.alt)}">`;
      // A wide chart would be too small to read on a phone: it scrolls there, as wide tables do.
      const shown = block.wide && type === MEDIA_TYPES['.svg'] ? scrolling(image, block.alt) : image;
      return `<figure${block.wide ? ' class="whole"' : ''}>${shown}<figcaption>${escapeXml(block.alt)}</figcaption></figure>`;
    }
    default:
      return block satisfies never;
  }
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
};

const list = (items: readonly string[]): string =>
  `<ul>\n${items.map((item) => `<li>${escapeXml(item)}</li>`).join('\n')}\n</ul>`;

/** What may be wider than a small screen, so that the page itself never scrolls sideways; with the keyboard, too. */
const scrolling = (content: string, label: string): string =>
  `<div class="wide" role="region" aria-label="${escapeXml(label)}" tabindex="0">${content}</div>`;

/** So many columns fit a phone. */
const NARROW_COLUMNS = 3;

function table({ columns, rows, caption }: Extract<Block, { kind: 'table' }>, heading: string): string {
  const head = columns.map((name) => `<th scope="col">${escapeXml(name)}</th>`).join('');
  const body = rows.map(([first, ...figures]) => {
    const cells = figures.map((cell) => `<td>${escapeXml(cell)}</td>`).join('');
    return `<tr><th scope="row">${escapeXml(first ?? '')}</th>${cells}</tr>`;
  });
  const whole = `<table><thead><tr>${head}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody></table>`;
  const shown = columns.length > NARROW_COLUMNS ? scrolling(whole, heading) : whole;
  // Not a <caption>: that is never wider than its table, and a narrow table would fold it into many lines.
  const captioned = caption === undefined ? '' : `<figcaption>${escapeXml(caption)}</figcaption>`;
  return `<figure class="table">${captioned}${shown}</figure>`;
}

const STYLE = `
:root{--ground:#fff;--text:#1f2328;--muted:#59636e;--line:#d1d9e0;--head:#f6f8fa;--good:#1a7f37;--bad:#bc4c00;--focus:#0969da}
@media (prefers-color-scheme:dark){:root{--ground:#0d1117;--text:#e6edf3;--muted:#9198a1;--line:#3d444d;--head:#151b23;--good:#3fb950;--bad:#f0883e;--focus:#58a6ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif}
main{max-width:960px;margin:0 auto;padding:2rem 1rem 4rem}
h1{font-size:1.7rem;line-height:1.25;margin:0 0 1rem}
h2{font-size:1.2rem;margin:2.4rem 0 .6rem;padding-bottom:.3rem;border-bottom:1px solid var(--line)}
p{margin:.6rem 0;max-width:70ch}
ul{margin:.4rem 0;padding-left:1.3rem}
.decision{border:1px solid var(--line);border-left:5px solid var(--bad);border-radius:6px;padding:.9rem 1.1rem;background:var(--head)}
.decision strong{font-size:1.15rem;color:var(--bad)}
.decision.promote{border-left-color:var(--good)}
.decision.promote strong{color:var(--good)}
.wide{overflow-x:auto}
.wide:focus-visible{outline:2px solid var(--focus);outline-offset:2px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.94rem}
th,td{padding:.32rem .8rem;border:1px solid var(--line);text-align:right;white-space:nowrap}
.table>table td{white-space:normal;overflow-wrap:anywhere}
thead th{background:var(--head)}
th:first-child{text-align:left;font-weight:600}
tbody th:first-child{font-weight:400}
figure{margin:.8rem 0;min-width:0}
.pictures figure{margin:.4rem 0}
.pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(420px,100%),1fr));gap:.4rem 1rem}
.whole{grid-column:1/-1}
img{display:block;max-width:100%;height:auto;border:1px solid var(--line);border-radius:6px;background:#fff}
figcaption{color:var(--muted);font-size:.9rem;margin-top:.3rem;max-width:80ch}
.table figcaption{margin:0 0 .4rem}
@media (max-width:480px){th,td{padding:.3rem .5rem}main{padding-top:1.2rem}.wide img{max-width:none;width:720px}}
@media print{main{max-width:none}figure,table{break-inside:avoid}}
`;
