import { escapeHtml } from './escape-html.ts';

/** The part of an OpenAPI document that is shown. */
interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string };
  readonly paths?: object;
  readonly components?: { readonly schemas?: object };
}

interface Operation {
  readonly summary?: string;
  readonly parameters?: readonly {
    readonly name?: string;
    readonly in?: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: object;
  }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: object }>> };
  readonly responses?: Readonly<
    Record<
      string,
      { readonly description?: string; readonly content?: Readonly<Record<string, { readonly schema?: object }>> }
    >
  >;
}

/** The API as one page of plain HTML. */
export function docsPage({ info, paths = {}, components }: ApiDocument): string {
  const operations = Object.entries(paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationSection(method, path, operation)),
  );
  const schemas = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<section id="${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3><pre>${escapeHtml(JSON.stringify(schema, undefined, 2))}</pre></section>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(info.title)} API</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(info.title)} <small>${escapeHtml(info.version)}</small></h1>
<p>JSON in and out. Lists give <code>items</code> and <code>next</code>; pass <code>next</code> as <code>after</code> to go on. What goes wrong is
<code>{ "error": { code, message, hint } }</code>. Writes are sent as <code>application/json</code>, from this origin or from no page at all.
<code>GET /api/events</code> tells changes as server-sent events. The whole of it for programs: <a href="/api/openapi.json">openapi.json</a>.</p>
${operations.join('\n')}
<h2>Shapes</h2>
${schemas.join('\n')}
</main>
</body>
</html>
`;
}

function operationSection(method: string, path: string, operation: Operation): string {
  const { summary = '', parameters = [], requestBody, responses = {} } = operation;
  const rows = parameters.map(
    ({ name = '', in: place = '', required, description = '', schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(place)}${required ? ', required' : ''}</td><td>${escapeHtml(typeOf(schema))}</td><td>${escapeHtml(description)}</td></tr>`,
  );
  const body = requestBody?.content?.['application/json']?.schema;
  const ok = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  return `<section>
<h2><code>${escapeHtml(method.toUpperCase())} ${escapeHtml(path)}</code></h2>
<p>${escapeHtml(summary)}</p>
${rows.length > 0 ? `<table><thead><tr><th>name</th><th>in</th><th>type</th><th></th></tr></thead><tbody>${rows.join('')}</tbody></table>` : ''}
${body ? `<p>Body: ${schemaLink(body)}</p>` : ''}
${ok.map(([status, { description = '', content }]) => `<p>${escapeHtml(status)}: ${escapeHtml(description)} ${schemaLink(content?.['application/json']?.schema)}</p>`).join('')}
</section>`;
}

function typeOf(schema: object | undefined): string {
  const { type, enum: values } = (schema ?? {}) as { type?: unknown; enum?: readonly unknown[] };
  return values ? values.join(' | ') : typeof type === 'string' ? type : '';
}

function schemaLink(schema: object | undefined): string {
  const { $ref } = (schema ?? {}) as { $ref?: string };
  const name = $ref?.split('/').at(-1);
  if (name !== undefined) return `<a href="#${escapeHtml(name)}">${escapeHtml(name)}</a>`;
  return schema ? `<code>${escapeHtml(JSON.stringify(schema).slice(0, 300))}</code>` : '';
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h2 { font-size: 1.05rem; margin-top: 2rem; border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); padding-top: 1rem; }
h3 { font-size: 1rem; }
table { border-collapse: collapse; } td, th { text-align: left; padding: .15rem 1rem .15rem 0; vertical-align: top; }
pre { overflow: auto; padding: .75rem; background: color-mix(in srgb, currentColor 7%, transparent); border-radius: 6px; }
`;
