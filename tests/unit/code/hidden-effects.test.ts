import { expect, it } from 'vitest';
import { changedParts, sourceProject } from './source-project.ts';

/** Files of a project, and an edit that changes what the step returns, which the digest must see. */
type Trap = readonly [files: Readonly<Record<string, string>>, file: string, from: string, to: string];

const step = { file: 'steps/a.ts', className: 'S', method: 'a' };
const cls = (imports: string, body: string) =>
  `import { step } from 'sluice';\n${imports}\nexport class S { @step() async a() { ${body} } }\n`;
/** Effects at the top of a module that hide in declarations, and names that hide in others. */
const CASES: Readonly<Record<string, Trap>> = {
  'self reference': [
    {
      'package.json': '{ "name": "made-up", "type": "module", "exports": { "./lib": "./lib/x.ts" } }',
      'lib/x.ts': 'export const x = 1;\n',
      'steps/a.ts': cls(`import { x } from 'made-up/lib';`, 'return x;'),
    },
    'lib/x.ts',
    '1',
    '2',
  ],
  'getter effect': [
    {
      'lib/s.ts': 'export const state = { n: 0, get up() { return this.n++; } };\n',
      'lib/e.ts': `import { state } from './s.ts';\nstate.up;\nexport const other = 1;\n`,
      'steps/a.ts': cls(
        `import { state } from '../lib/s.ts';\nimport { other } from '../lib/e.ts';`,
        'return state.n + other;',
      ),
    },
    'lib/e.ts',
    'state.up;\n',
    'state.up; state.up;\n',
  ],
  'Object.assign patch': [
    {
      'lib/s.ts': 'export class K { v() { return 1; } }\n',
      'lib/e.ts': `import { K } from './s.ts';\nObject.assign(K.prototype, { v() { return 2; } });\nexport const other = 1;\n`,
      'steps/a.ts': cls(
        `import { K } from '../lib/s.ts';\nimport { other } from '../lib/e.ts';`,
        'return new K().v() + other;',
      ),
    },
    'lib/e.ts',
    '2',
    '3',
  ],
  'array push in const init': [
    {
      'lib/s.ts': 'export const list: number[] = [];\n',
      'lib/e.ts': `import { list } from './s.ts';\nexport const count = list.push(5);\nexport const other = 1;\n`,
      'steps/a.ts': cls(
        `import { list } from '../lib/s.ts';\nimport { other } from '../lib/e.ts';`,
        'return list.length + other;',
      ),
    },
    'lib/e.ts',
    'push(5)',
    'push(5, 6)',
  ],
  'map callback in local const': [
    {
      'lib/e.ts': `const seen: number[] = [];\nconst f = (x: number) => { seen.push(x); return x; };\nexport const all = [1, 2].map(f);\nexport function count() { return seen.length; }\n`,
      'steps/a.ts': cls(`import { count } from '../lib/e.ts';`, 'return count();'),
    },
    'lib/e.ts',
    '[1, 2]',
    '[1, 2, 3]',
  ],
  'tagged template effect': [
    {
      'lib/e.ts':
        'const seen: number[] = [];\nconst t = (p: TemplateStringsArray) => seen.push(p.length);\nexport const all = t`x`;\nexport function count() { return seen.length; }\n',
      'steps/a.ts': cls(`import { count } from '../lib/e.ts';`, 'return count();'),
    },
    'lib/e.ts',
    't`x`',
    't`x` + t`y`',
  ],
  'new of imported class': [
    {
      'lib/k.ts': 'export const made: number[] = [];\nexport class K { constructor(n: number) { made.push(n); } }\n',
      'lib/e.ts': `import { K } from './k.ts';\nexport const one = new K(1);\nexport const other = 2;\n`,
      'steps/a.ts': cls(
        `import { made } from '../lib/k.ts';\nimport { other } from '../lib/e.ts';`,
        'return made[0]! + other;',
      ),
    },
    'lib/e.ts',
    'K(1)',
    'K(9)',
  ],
  'await at the top': [
    {
      'lib/e.ts': `let v = 0;\nconst later = async (n: number) => { v = n; };\nawait later(1);\nexport const get = () => v;\n`,
      'steps/a.ts': cls(`import { get } from '../lib/e.ts';`, 'return get();'),
    },
    'lib/e.ts',
    'later(1)',
    'later(2)',
  ],
  'assignment in default export object': [
    {
      'lib/e.ts': `const o: Record<string, number> = {};\nexport default o;\nfor (const k of ['a']) o[k] = 1;\n`,
      'steps/a.ts': cls(`import o from '../lib/e.ts';`, 'return o.a;'),
    },
    'lib/e.ts',
    "['a']",
    "['a', 'b']",
  ],
  'delete at top': [
    {
      'lib/e.ts': `export const o: Record<string, number> = { a: 1 };\nexport const gone = delete o.a;\n`,
      'steps/a.ts': cls(`import { o } from '../lib/e.ts';`, 'return o.a;'),
    },
    'lib/e.ts',
    'delete o.a',
    'delete o.b',
  ],
  'property accessed via string on namespace': [
    {
      'lib/e.ts': `export const a = 1;\nexport const b = 2;\n`,
      'steps/a.ts': cls(`import * as e from '../lib/e.ts';`, `return e['a'];`),
    },
    'lib/e.ts',
    '1',
    '5',
  ],
  'namespace handed away': [
    {
      'lib/e.ts': `export const a = 1;\nexport const b = 2;\n`,
      'steps/a.ts': cls(`import * as e from '../lib/e.ts';`, `return Object.values(e);`),
    },
    'lib/e.ts',
    '2',
    '5',
  ],
  'destructured namespace': [
    {
      'lib/e.ts': `export const a = 1;\nexport const b = 2;\n`,
      'steps/a.ts': cls(`import * as e from '../lib/e.ts';`, `const { b } = e; return b;`),
    },
    'lib/e.ts',
    '2',
    '5',
  ],
  'chained default namespaces': [
    {
      'lib/f.ts': 'export const z = 1;\n',
      'lib/e.ts': `import * as f from './f.ts';\nexport default { f };\n`,
      'steps/a.ts': cls(`import e from '../lib/e.ts';`, `return e.f.z;`),
    },
    'lib/f.ts',
    '1',
    '5',
  ],
  'const alias write': [
    {
      'lib/e.ts': `const o = { v: 1 };\nconst alias = o;\nalias.v = 2;\nexport const get = () => o.v;\n`,
      'steps/a.ts': cls(`import { get } from '../lib/e.ts';`, `return get();`),
    },
    'lib/e.ts',
    'alias.v = 2',
    'alias.v = 3',
  ],
  'compound in init': [
    {
      'lib/e.ts': `let n = 0;\nexport const a = (n += 1);\nexport const get = () => n;\n`,
      'steps/a.ts': cls(`import { get } from '../lib/e.ts';`, `return get();`),
    },
    'lib/e.ts',
    'n += 1',
    'n += 2',
  ],
  'function hoisted overwritten': [
    {
      'lib/e.ts': `export let f = () => 1;\nexport const set = (f = () => 2);\n`,
      'steps/a.ts': cls(`import { f } from '../lib/e.ts';`, `return f();`),
    },
    'lib/e.ts',
    '=> 2',
    '=> 3',
  ],
  'Reflect.set': [
    {
      'lib/e.ts': `export const o = { v: 1 };\nexport const ok = Reflect.set(o, 'v', 2);\n`,
      'steps/a.ts': cls(`import { o } from '../lib/e.ts';`, `return o.v;`),
    },
    'lib/e.ts',
    "'v', 2",
    "'v', 3",
  ],
  'sort in init': [
    {
      'lib/e.ts': `export const o = [2, 1];\nexport const sorted = o.sort();\n`,
      'steps/a.ts': cls(`import { o } from '../lib/e.ts';`, `return o[0];`),
    },
    'lib/e.ts',
    'o.sort()',
    'o.reverse()',
  ],
  'Map.set in init': [
    {
      'lib/e.ts': `export const m = new Map<string, number>();\nexport const n = m.set('a', 1);\n`,
      'steps/a.ts': cls(`import { m } from '../lib/e.ts';`, `return m.get('a');`),
    },
    'lib/e.ts',
    "'a', 1",
    "'a', 2",
  ],
  'Array.from callback': [
    {
      'lib/e.ts': `export const m: number[] = [];\nexport const n = Array.from([1], (x) => m.push(x));\n`,
      'steps/a.ts': cls(`import { m } from '../lib/e.ts';`, `return m.length;`),
    },
    'lib/e.ts',
    '[1]',
    '[1, 2]',
  ],
  'JSON.parse reviver': [
    {
      'lib/e.ts': `export const m: number[] = [];\nexport const n = JSON.parse('[1]', (_k, v) => { m.push(1); return v; });\n`,
      'steps/a.ts': cls(`import { m } from '../lib/e.ts';`, `return m.length;`),
    },
    'lib/e.ts',
    "'[1]'",
    "'[1, 2]'",
  ],
  'new Map of generator': [
    {
      'lib/e.ts': `export const st = { n: 0 };\nfunction* g() { st.n = 1; yield ['a', 1] as const; }\nexport const n = new Map(g());\n`,
      'steps/a.ts': cls(`import { st } from '../lib/e.ts';`, `return st.n;`),
    },
    'lib/e.ts',
    'new Map(g())',
    'new Map()',
  ],
  'new Map of an object with effect iterator': [
    {
      'lib/e.ts': `export const st = { n: 0 };\nconst it = { *[Symbol.iterator]() { st.n = 1; yield ['a', 1] as const; } };\nexport const n = new Map(it);\n`,
      'steps/a.ts': cls(`import { st } from '../lib/e.ts';`, `return st.n;`),
    },
    'lib/e.ts',
    'new Map(it)',
    'new Map()',
  ],
  'String(x) with toString': [
    {
      'lib/e.ts': `export const st = { n: 0 };\nconst it = { toString() { st.n = 1; return ''; } };\nexport const n = String(it);\n`,
      'steps/a.ts': cls(`import { st } from '../lib/e.ts';`, `return st.n;`),
    },
    'lib/e.ts',
    'String(it)',
    "''",
  ],
  'reduce with imported callback': [
    {
      'lib/k.ts': `export const st = { n: 0 };\nexport const add = (a: number, b: number) => { st.n += b; return a + b; };\n`,
      'lib/e.ts': `import { add } from './k.ts';\nexport const n = [1, 2].reduce(add);\nexport const other = 1;\n`,
      'steps/a.ts': cls(
        `import { st } from '../lib/k.ts';\nimport { other } from '../lib/e.ts';`,
        `return st.n + other;`,
      ),
    },
    'lib/e.ts',
    '[1, 2]',
    '[1, 2, 3]',
  ],
  'class static field call': [
    {
      'lib/e.ts': `export const st = { n: 0 };\nconst bump = () => { st.n = 1; return 1; };\nexport class U { static x = bump(); }\n`,
      'steps/a.ts': cls(`import { st } from '../lib/e.ts';`, `return st.n;`),
    },
    'lib/e.ts',
    'bump();',
    '1;',
  ],
  'class heritage call': [
    {
      'lib/e.ts': `export const st = { n: 0 };\nconst mix = () => { st.n = 1; return Object; };\nexport class U extends mix() {}\n`,
      'steps/a.ts': cls(`import { st } from '../lib/e.ts';`, `return st.n;`),
    },
    'lib/e.ts',
    'extends mix()',
    'extends Object',
  ],
  'enum initialiser call': [
    {
      'lib/e.ts': `export const st = { n: 0 };\nconst bump = () => { st.n += 1; return 1; };\nexport enum E { A = bump(), B = 2 }\n`,
      'steps/a.ts': cls(`import { st } from '../lib/e.ts';`, `return st.n;`),
    },
    'lib/e.ts',
    'B = 2',
    'B = bump()',
  ],
  'destructuring default call': [
    {
      'lib/e.ts': `export const st = { n: 0 };\nconst bump = () => { st.n += 1; return 1; };\nexport const { q = bump() } = {} as { q?: number };\n`,
      'steps/a.ts': cls(`import { st } from '../lib/e.ts';`, `return st.n;`),
    },
    'lib/e.ts',
    '= bump() }',
    '= 1 }',
  ],
  'import.meta.main-like condition': [
    {
      'lib/e.ts': `export const st = { n: 0 };\nexport const v = Math.max(1, st.n) > 0 ? (st.n = 5) : 0;\n`,
      'steps/a.ts': cls(`import { st } from '../lib/e.ts';`, `return st.n;`),
    },
    'lib/e.ts',
    'st.n = 5',
    'st.n = 6',
  ],
};
it.each(Object.entries(CASES))('%s', async (_, [files, file, from, to]) => {
  const project = sourceProject({ files });
  const before = await project.digest(step);
  project.edit(file, from, to);
  expect(changedParts(before, await project.digest(step))).not.toEqual([]);
});
