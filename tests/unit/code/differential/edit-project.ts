import { parseSync } from 'oxc-parser';
import { withPackage } from './generate-project.ts';
import type { Random } from './random.ts';

export interface Edit {
  readonly kind: string;
  readonly file: string;
  /** It can't change what any code does, by its kind alone. */
  readonly isCosmetic: boolean;
  readonly files: ReadonlyMap<string, string>;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

interface Change {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** One random edit, of which most are as a person makes them: a number, an operator, a line less, a comment. */
export function editProject(files: ReadonlyMap<string, string>, r: Random): Edit {
  for (;;) {
    const roll = r.int(100);
    const edit =
      roll < 3 ? packageEdit(files, r) : roll < 8 ? jsonEdit(files, r) : sourceEdit(files, r, r.pick(WEIGHTED_KINDS));
    if (edit) return edit;
  }
}

function packageEdit(files: ReadonlyMap<string, string>, r: Random): Edit {
  const name = r.pick(['tiny-lib', '@made/other', 'unrelated']);
  return {
    kind: 'package',
    file: name,
    isCosmetic: name === 'unrelated',
    files: withPackage(files, name, r.int(1000) + 1),
  };
}

function jsonEdit(files: ReadonlyMap<string, string>, r: Random): Edit | undefined {
  const names = [...files.keys()].filter((name) => /^(?:lib|shared).*\.json$/.test(name));
  const file = r.pick(names);
  const text = file === undefined ? undefined : files.get(file);
  if (file === undefined || text === undefined) return undefined;
  if (r.chance(0.3))
    return changed(
      files,
      { kind: 'json layout', file, isCosmetic: true },
      JSON.stringify(JSON.parse(text), undefined, r.int(4)),
    );
  const numbers = [...text.matchAll(/\d+/g)];
  const at = r.pick(numbers);
  const next = `${text.slice(0, at.index)}${Number(at[0]) + 1 + r.int(5)}${text.slice(at.index + at[0].length)}`;
  return changed(files, { kind: 'json value', file, isCosmetic: false }, next);
}

const changed = (files: ReadonlyMap<string, string>, edit: Omit<Edit, 'files'>, text: string): Edit => ({
  ...edit,
  files: new Map(files).set(edit.file, text),
});

type Editor = (text: string, body: readonly Node[], all: readonly Node[], r: Random) => Change | undefined;

const SOURCE_KINDS: Readonly<
  Record<string, { readonly weight: number; readonly isCosmetic: boolean; readonly edit: Editor }>
> = {
  number: {
    weight: 30,
    isCosmetic: false,
    edit: (text, _, all, r) => replaced(r, all.filter(isNumber), (node) => bigger(text, node, r)),
  },
  operator: {
    weight: 8,
    isCosmetic: false,
    edit: (text, _, all, r) =>
      replaced(
        r,
        all.filter(({ type }) => type === 'BinaryExpression'),
        (node) => otherOperator(text, node),
      ),
  },
  text: {
    weight: 4,
    isCosmetic: false,
    edit: (text, body, all, r) => {
      const sources = new Set(body.map((node) => (node['source'] as Node | undefined)?.start));
      const texts = all.filter(
        (node) => node.type === 'Literal' && typeof node['value'] === 'string' && !sources.has(node.start),
      );
      return replaced(
        r,
        texts.filter(({ start, end }) => !/\.ts|sluice|json/.test(text.slice(start, end))),
        ({ start, end }) => `${text.slice(start, end - 1)}x${text.slice(end - 1, end)}`,
      );
    },
  },
  branches: {
    weight: 3,
    isCosmetic: false,
    edit: (text, _, all, r) =>
      replaced(
        r,
        all.filter(({ type }) => type === 'ConditionalExpression'),
        (node) => {
          const part = (key: string): string => text.slice((node[key] as Node).start, (node[key] as Node).end);
          return `${part('test')} ? (${part('alternate')}) : (${part('consequent')})`;
        },
      ),
  },
  'statement less': {
    weight: 5,
    isCosmetic: false,
    edit: (_, __, all, r) =>
      replaced(
        r,
        all.filter(({ type }) => type === 'ExpressionStatement'),
        () => ';',
      ),
  },
  'statement twice': {
    weight: 3,
    isCosmetic: false,
    edit: (text, body, _, r) =>
      replaced(
        r,
        body.filter(({ type }) => type === 'ExpressionStatement'),
        ({ start, end }) => `${text.slice(start, end)}\n${text.slice(start, end)}`,
      ),
  },
  'imports in another order': {
    weight: 3,
    isCosmetic: false,
    edit: (text, body, _, r) =>
      swapped(
        text,
        body.filter(({ type }) => type === 'ImportDeclaration'),
        r,
      ),
  },
  'a new import for its effect': {
    weight: 2,
    isCosmetic: false,
    edit: (text, body, _, r) => {
      const one = r.pick(body.filter((node) => isImportOfCode(node, text)));
      return (
        one && {
          start: 0,
          end: 0,
          text: `import ${text.slice((one['source'] as Node).start, (one['source'] as Node).end)};\n`,
        }
      );
    },
  },
  comment: {
    weight: 12,
    isCosmetic: true,
    edit: (_, __, all, r) => inserted(r, all.filter(isStatement), () => `/* ${r.int(1000)} */ // note ${r.int(9)}\n`),
  },
  layout: {
    weight: 6,
    isCosmetic: true,
    edit: (_, __, all, r) => inserted(r, all.filter(isStatement), () => '\n\n   \t'),
  },
  parentheses: {
    weight: 5,
    isCosmetic: true,
    edit: (text, _, all, r) =>
      replaced(r, all.filter(isNumber), ({ start, end }) => `(${text.slice(start, end)} as number)`),
  },
  'a type': {
    weight: 4,
    isCosmetic: true,
    edit: (_, body, __, r) => ({
      start: last(body),
      end: last(body),
      text: `\nexport interface Added${r.int(1e6)} { readonly a: ${r.int(9)} }\n`,
    }),
  },
  'an unused function': {
    weight: 4,
    isCosmetic: true,
    edit: (_, body, __, r) => ({
      start: last(body),
      end: last(body),
      text: `\nexport function added${r.int(1e9)}(x: number): number { return x + ${r.int(9)}; }\n`,
    }),
  },
  'an unused constant': {
    weight: 3,
    isCosmetic: true,
    edit: (_, body, __, r) => ({
      start: last(body),
      end: last(body),
      text: `\nconst added${r.int(1e9)} = [${r.int(9)}].map((x) => x + 1);\n`,
    }),
  },
  'functions in another order': {
    weight: 4,
    isCosmetic: true,
    edit: (text, body, _, r) => swapped(text, body.filter(isFunction), r),
  },
  'step options': { weight: 4, isCosmetic: true, edit: (text, _, __, r) => stepOptions(text, r) },
};

const WEIGHTED_KINDS = Object.entries(SOURCE_KINDS).flatMap(([kind, { weight }]) => Array<string>(weight).fill(kind));

function sourceEdit(files: ReadonlyMap<string, string>, r: Random, kind: string): Edit | undefined {
  const { edit, isCosmetic } = SOURCE_KINDS[kind]!;
  const sources = [...files.keys()].filter((name) => /\.m?[jt]s$/.test(name) && !name.startsWith('node_modules'));
  const file = kind === 'step options' ? r.pick(sources.filter((name) => name.startsWith('steps/'))) : r.pick(sources);
  const text = files.get(file) ?? '';
  const hasTypes = file.endsWith('.ts');
  if (!hasTypes && ['parentheses', 'a type', 'an unused function'].includes(kind)) return undefined;
  const body = (parseSync(file, text).program as unknown as Node)['body'] as readonly Node[];
  const all: Node[] = [];
  for (const node of body) collect(node, all);
  const change = edit(text, body, all, r);
  if (!change) return undefined;
  const next = text.slice(0, change.start) + change.text + text.slice(change.end);
  return next === text ? undefined : changed(files, { kind, file, isCosmetic }, next);
}

const NOT_CODE = /^TS(?!Enum|Module|Non|As|Satisfies|Parameter)/;

/** Every node that runs. */
function collect(node: Node, into: Node[]): void {
  if (NOT_CODE.test(node.type)) return;
  into.push(node);
  for (const [key, value] of Object.entries(node)) {
    if (/^(?:typeAnnotation|returnType|typeParameters|typeArguments|key|label)$/.test(key)) continue;
    for (const child of [value].flat())
      if (child && typeof child === 'object' && 'type' in child) collect(child as Node, into);
  }
}

const isImportOfCode = (node: Node, text: string): boolean =>
  node.type === 'ImportDeclaration' && !/json|\btype\b/.test(text.slice(node.start, node.end));

const isNumber = ({ type, value }: Node): boolean => type === 'Literal' && typeof value === 'number';
const isStatement = ({ type }: Node): boolean =>
  /^(?:Return|Expression|If|For|Switch|Try)Statement$|^VariableDeclaration$/.test(type);
const isFunction = (node: Node): boolean =>
  node.type === 'FunctionDeclaration' ||
  (node['declaration'] as Node | null | undefined)?.type === 'FunctionDeclaration';
const last = (body: readonly Node[]): number => body.at(-1)?.end ?? 0;

function bigger(text: string, { start, end }: Node, r: Random): string {
  return String(Number(text.slice(start, end)) + 1 + r.int(3));
}

const OTHER: Readonly<Record<string, string>> = {
  '+': '-',
  '-': '+',
  '*': '+',
  '<': '>=',
  '>': '<=',
  '<=': '>',
  '>=': '<',
  '%': '+',
};

function otherOperator(text: string, node: Node): string {
  const [left, right] = [node['left'] as Node, node['right'] as Node];
  const operator = node['operator'] as string;
  // Past the left side an operator may stand in a type or in parentheses: the one it is said to be is found there.
  const between = text.slice(left.end, right.start).replace(operator, () => OTHER[operator] ?? operator);
  return text.slice(node.start, left.end) + between + text.slice(right.start, node.end);
}

function replaced(r: Random, nodes: readonly Node[], by: (node: Node) => string): Change | undefined {
  const node = r.pick(nodes);
  return node && { start: node.start, end: node.end, text: by(node) };
}

function inserted(r: Random, nodes: readonly Node[], by: () => string): Change | undefined {
  const node = r.pick(nodes);
  // A declaration in the head of a loop is no line of its own, but takes a comment and a new line as well.
  return node && { start: node.start, end: node.start, text: by() };
}

function swapped(text: string, nodes: readonly Node[], r: Random): Change | undefined {
  const [a, b] = r.some(nodes, 2).sort((one, other) => one.start - other.start);
  if (!a || !b) return undefined;
  const of = ({ start, end }: Node): string => text.slice(start, end);
  return { start: a.start, end: b.end, text: of(b) + text.slice(a.end, b.start) + of(a) };
}

function stepOptions(text: string, r: Random): Change | undefined {
  const found = r.pick([...text.matchAll(/@step\([^)]*\)/g)]);
  return (
    found && {
      start: found.index,
      end: found.index + found[0].length,
      text: `@step({ retry: { attempts: ${r.int(9) + 1} } })`,
    }
  );
}
