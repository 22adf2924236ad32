import type { Block, Report } from './blocks.ts';

/** A report as GitHub Markdown. Pictures are named, not held: the HTML twin has them. */
export function renderMarkdown({ title, decision, reasons, sections }: Report): string {
  const parts = [
    `# ${inline(title)}`,
    `**Decision: ${decision}.**`,
    bullets(reasons),
    ...sections.flatMap(({ heading, blocks }) => [`## ${inline(heading)}`, ...blocks.map(renderBlock)]),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function renderBlock(block: Block): string {
  switch (block.kind) {
    case 'text':
      return inline(block.text);
    case 'list':
      return bullets(block.items);
    case 'table':
      return [
        ...(block.caption === undefined ? [] : [inline(block.caption), '']),
        row(block.columns),
        row(block.columns.map((_, i) => (i === 0 ? '---' : '--:'))),
        ...block.rows.map(row),
      ].join('\n');
    case 'picture':
      return `${inline(block.alt)}: \`plots/${block.name}\``;
    default:
      return block satisfies never;
  }
}

const bullets = (items: readonly string[]): string => items.map((item) => `- ${inline(item)}`).join('\n');

const row = (cells: readonly string[]): string => `| ${cells.map((cell) => inline(cell)).join(' | ')} |`;

/** Names come from users: what Markdown reads as markup is escaped, line breaks are spaces. */
const inline = (text: string): string => text.replace(/\s+/g, ' ').replace(/[\\`*_[\]<>|]/g, '\\$&');
