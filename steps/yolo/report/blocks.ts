/** A report as data; `render-markdown.ts` and `render-html.ts` turn it into text. Strings are plain text, never markup. */
export interface Report {
  readonly title: string;
  readonly decision: 'promote' | 'refuse';
  /** One sentence under the decision each. */
  readonly reasons: readonly string[];
  readonly sections: readonly Section[];
}

export interface Section {
  readonly heading: string;
  readonly blocks: readonly Block[];
}

export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  | {
      readonly kind: 'table';
      readonly columns: readonly string[];
      /** First cell of a row: what it is about. The others are figures. */
      readonly rows: readonly (readonly string[])[];
      readonly caption?: string;
    }
  | {
      readonly kind: 'picture';
      /** File name in the folder of plots; the report's Markdown names it, the HTML holds it. */
      readonly name: string;
      /** What it shows, for those who can't see it. */
      readonly alt: string;
      readonly path: string;
      /** As wide as the page; others stand side by side where there is room. */
      readonly wide?: boolean;
    };
