import { describe, expect, it } from 'vitest';
import { changedParts, sourceProject } from './source-project.ts';

/** An edit of one file (`S.ts` unless named), and whether step `S.a` must miss because of it. */
type Edit = readonly [from: string, to: string, outcome: 'miss' | 'hit', file?: string];

interface Trap {
  readonly trap: string;
  readonly files: Readonly<Record<string, string>> | string;
  readonly edits: readonly Edit[];
}

const TRAPS: readonly Trap[] = [
  // --- the class ---
  {
    trap: 'a base class that calls back',
    files:
      'class Base { go() { return (this as any).hook(); } }\nexport class S extends Base { async a() { return this.go(); } hook() { return 1; } }',
    edits: [['return 1', 'return 2', 'miss']],
  },
  {
    trap: 'a base class in another file',
    files: {
      'S.ts': "import { Base } from './base';\nexport class S extends Base { async a() { return this.limit() + 1; } }",
      'base.ts':
        "import { K } from './k';\nexport abstract class Base { abstract x(): void; protected limit() { return K; } }",
      'k.ts': 'export const K = 3;\nexport const J = 4;',
    },
    edits: [
      ['K = 3', 'K = 4', 'miss', 'k.ts'],
      ['J = 4', 'J = 5', 'hit', 'k.ts'],
      ['return K', 'return K + 1', 'miss', 'base.ts'],
    ],
  },
  {
    trap: 'a static member by the name of the class',
    files: 'export class S { static K = 1; static J = 2; async a() { return S.K; } async b() { return S.J; } }',
    edits: [
      ['K = 1', 'K = 2', 'miss'],
      ['J = 2', 'J = 3', 'hit'],
    ],
  },
  {
    trap: 'a static method that uses another static',
    files:
      'export class S { static k = 1; static make() { return this.k; } async a() { return S.make(); } static j = 5; }',
    edits: [
      ['k = 1', 'k = 2', 'miss'],
      ['j = 5', 'j = 6', 'hit'],
    ],
  },
  {
    trap: 'the class handed on by name',
    files:
      'export class S { static K = 1; async a() { return count(S); } }\nfunction count(c: typeof S) { return c.K; }',
    edits: [['K = 1', 'K = 2', 'miss']],
  },
  {
    trap: 'a static block',
    files:
      'const seen: string[] = [];\nexport class S { static { seen.push("x"); } async a() { return seen.length; } }',
    edits: [['push("x")', 'push("x", "y")', 'miss']],
  },
  {
    trap: 'a static block of another class in a module that is run',
    files: {
      'S.ts': "import { seen } from './other';\nexport class S { async a() { return seen.length; } }",
      'other.ts':
        'export const seen: string[] = [];\nexport class Other { static { seen.push("x"); } m() { return 1; } }',
    },
    edits: [
      ['push("x")', 'push("y")', 'miss', 'other.ts'],
      ['return 1', 'return 2', 'hit', 'other.ts'],
    ],
  },
  {
    trap: 'this taken apart',
    files: 'export class S { k = 1; j = 2; async a() { const { k } = this; return k; } }',
    edits: [
      ['k = 1', 'k = 3', 'miss'],
      ['j = 2', 'j = 3', 'hit'],
    ],
  },
  {
    trap: 'this with a rest',
    files: 'export class S { k = 1; async a() { const { ...all } = this; return all; } }',
    edits: [['k = 1', 'k = 2', 'miss']],
  },
  {
    trap: 'a member by literal name',
    files: 'export class S { k = 1; j = 2; async a() { return (this as any)["k"]; } }',
    edits: [
      ['k = 1', 'k = 3', 'miss'],
      ['j = 2', 'j = 3', 'hit'],
    ],
  },
  {
    trap: 'a member by computed name',
    files: 'export class S { k = 1; async a(n: string) { return (this as any)[n]; } }',
    edits: [['k = 1', 'k = 2', 'miss']],
  },
  {
    trap: 'this handed away',
    files: 'export class S { k = 1; async a() { return look(this); } }\nconst look = (s: any) => s.k;',
    edits: [['k = 1', 'k = 2', 'miss']],
  },
  {
    trap: 'getter and setter of one name',
    files:
      'export class S { get k() { return 1; } set k(v) { log(v, 1); } async a() { this.k = 3; return this.k; } }\nfunction log(v: unknown, n: number) { return n; }',
    edits: [
      ['return 1;', 'return 2;', 'miss'],
      ['log(v, 1)', 'log(v, 2)', 'miss'],
      ['return n', 'return -n', 'miss'],
    ],
  },
  {
    trap: 'private fields',
    files: 'export class S { #k = 1; #j = 1; async a() { return this.#k; } async b() { return this.#j; } }',
    edits: [
      ['#k = 1', '#k = 2', 'miss'],
      ['#j = 1', '#j = 2', 'hit'],
    ],
  },
  {
    trap: 'a field set by the constructor',
    files:
      'export class S { k: number; j = 1; constructor() { this.k = 1; } async a() { return this.k; } async b() { return this.j; } }',
    edits: [
      ['this.k = 1', 'this.k = 2', 'miss'],
      ['j = 1', 'j = 2', 'hit'],
    ],
  },
  {
    trap: 'a field with a value that the constructor sets again',
    files: 'export class S { k = 1; constructor() { this.k = 7; } async a() { return this.k; } }',
    edits: [['this.k = 7', 'this.k = 8', 'miss']],
  },
  {
    trap: 'a method that the constructor replaces',
    files: 'export class S { go() { return 1; } constructor() { this.go = () => 7; } async a() { return this.go(); } }',
    edits: [['=> 7', '=> 8', 'miss']],
  },
  {
    trap: 'a constructor that does more than set fields',
    files: 'let mode = 1;\nexport class S { k = 1; constructor() { mode = 7; } async a() { return this.k; } }',
    edits: [['mode = 7', 'mode = 8', 'miss']],
  },
  {
    trap: 'a constructor property and its default',
    files:
      'const D = 1; const E = 2; export class S { constructor(private readonly n = D) {} async a() { return this.n; } async b() { return E; } }',
    edits: [
      ['D = 1', 'D = 2', 'miss'],
      ['E = 2', 'E = 3', 'hit'],
    ],
  },
  {
    trap: 'a helper passed as a constructor argument',
    files: {
      'S.ts':
        "import { Helper } from './helper';\nexport class S { constructor(private readonly helper = new Helper()) {} async a() { return this.helper.go(); } }",
      'helper.ts':
        'export class Helper { go() { return deep(); } }\nconst deep = () => 1;\nexport class Other { go() { return 2; } }',
    },
    edits: [
      ['=> 1', '=> 3', 'miss', 'helper.ts'],
      ['return 2', 'return 3', 'hit', 'helper.ts'],
    ],
  },
  {
    trap: 'fields made by helpers',
    files:
      'export class S { x = make(); y = make2(); async a() { return this.x; } }\nfunction make() { return 1; }\nfunction make2() { return 7; }',
    edits: [
      ['return 1', 'return 2', 'miss'],
      ['return 7', 'return 8', 'hit'],
    ],
  },
  {
    trap: 'a nested arrow',
    files: 'export class S { p() { return 1; } async a() { return [1].map(() => this.p()); } }',
    edits: [['return 1;', 'return 2;', 'miss']],
  },
  {
    trap: 'a member with a computed name',
    files: 'const key = "k1";\nexport class S { [key]() { return 1; } async a() { return (this as any).k1(); } }',
    edits: [
      ['return 1;', 'return 2;', 'miss'],
      ['"k1"', '"k2"', 'miss'],
    ],
  },
  {
    trap: 'a decorator from another package',
    files:
      'import { twice } from "decorators-like";\nexport class S { @twice(2) async a() { return 1; } async b() { return 2; } }',
    edits: [
      ['@twice(2)', '@twice(3)', 'miss'],
      ['return 2', 'return 3', 'hit'],
    ],
  },
  {
    trap: 'a foreign decorator on another member, which may reach everything',
    files:
      'const log = (o: object) => (t: object, k: string) => {};\nexport class S { async a() { return 1; } @log({ n: 1 }) async b() { return 2; } }',
    edits: [
      ['n: 1', 'n: 2', 'miss'],
      ['return 2', 'return 3', 'hit'],
    ],
  },
  {
    trap: 'types that a foreign decorator may read',
    files:
      'import { inject } from "decorators-like";\nexport class S { constructor(@inject() private readonly n: number) {} async a() { return this.n; } }',
    edits: [['n: number', 'n: string', 'miss']],
  },
  {
    trap: 'the engine by another name',
    files:
      'import * as sluice from "sluice";\nimport { step as pace } from "sluice";\nexport class S { @sluice.step({ timeout: "1h" }) async a() { return 1; } @pace({ timeout: "2h" }) async b() { return 2; } }',
    edits: [
      ['"1h"', '"3h"', 'hit'],
      ['"2h"', '"3h"', 'hit'],
    ],
  },
  {
    trap: 'a default class without a name in the export list',
    files: 'class S { async a() { return helper(); } }\nfunction helper() { return 1; }\nexport { S as default };',
    edits: [['return 1', 'return 2', 'miss']],
  },
  {
    trap: 'a class made inside a function: the whole file counts',
    files: 'const k = 1;\nexport function make() { return class S { async a() { return 2; } }; }',
    edits: [
      ['return 2', 'return 3', 'miss'],
      ['k = 1', 'k = 2', 'miss'],
    ],
  },
  // --- declarations ---
  {
    trap: 'enums, const enums and constant objects',
    files:
      'enum E { A = 1, B = 2 }\nconst enum F { C = 3 }\nenum G { D = 1 }\nconst O = { a: 1 } as const;\nexport class S { async a() { return E.A + F.C + O.a; } }',
    edits: [
      ['A = 1', 'A = 5', 'miss'],
      ['C = 3', 'C = 4', 'miss'],
      ['a: 1', 'a: 2', 'miss'],
      ['D = 1', 'D = 2', 'hit'],
    ],
  },
  {
    trap: 'namespaces',
    files:
      'namespace N { export const k = 1; }\nnamespace M { export const j = 1; }\nexport class S { async a() { return N.k; } }',
    edits: [
      ['k = 1', 'k = 2', 'miss'],
      ['j = 1', 'j = 2', 'hit'],
    ],
  },
  {
    trap: 'a function with a namespace of its name',
    files:
      'function f() { return 1; }\nnamespace f { export const k = 2; }\nexport class S { async a() { return f() + f.k; } }',
    edits: [
      ['return 1', 'return 3', 'miss'],
      ['k = 2', 'k = 3', 'miss'],
    ],
  },
  {
    trap: 'destructured constants',
    files:
      'const source = { p: 1, q: 2 };\nconst { p, q: [r] = [3] } = source as any;\nexport class S { async a() { return r; } }',
    edits: [
      ['p: 1', 'p: 5', 'miss'],
      ['[3]', '[4]', 'miss'],
    ],
  },
  {
    trap: 'a variable that another function sets',
    files:
      'let scale = 1;\nexport function setScale(n: number) { scale = n * 2; }\nexport function other(n: number) { return n * 5; }\nexport class S { async a() { return scale; } }',
    edits: [
      ['n * 2', 'n * 3', 'miss'],
      ['scale = 1', 'scale = 2', 'miss'],
      ['n * 5', 'n * 6', 'hit'],
    ],
  },
  {
    trap: 'a variable set by destructuring',
    files: 'let k = 1;\nexport function load(o: any) { ({ k } = o.x); }\nexport class S { async a() { return k; } }',
    edits: [['o.x', 'o.y', 'miss']],
  },
  {
    trap: 'overloads',
    files:
      'function f(a: string): void;\nfunction f(a: number): void;\nfunction f(a: unknown) { return 1; }\nexport class S { async a() { return f(1); } }',
    edits: [
      ['a: string', 'a: string, b?: number', 'hit'],
      ['return 1', 'return 2', 'miss'],
    ],
  },
  {
    trap: 'a local name that hides a constant of the module',
    files:
      'const hidden = 1;\nexport class S { async a(n: number) { const hidden = n; return [1].map((k) => hidden + k); } }\nconst k = 5;',
    edits: [
      ['hidden = 1', 'hidden = 2', 'hit'],
      ['k = 5', 'k = 6', 'hit'],
    ],
  },
  {
    trap: 'a name hidden in one block and used in the next',
    files: 'const v = 1;\nexport class S { async a(n: number) { if (n) { const v = 3; return v; } return v; } }',
    edits: [['v = 1', 'v = 2', 'miss']],
  },
  {
    trap: 'a parameter default that takes a constant which the body hides',
    files: 'const v = 1;\nexport class S { async a(n = v) { var v = 3; return n + v; } }',
    edits: [['v = 1', 'v = 2', 'miss']],
  },
  {
    trap: 'the value of a switch whose case declares its name',
    files:
      'const v = 1;\nexport class S { async a() { switch (v) { case 1: { return 0; } default: let v = 2; return v; } } }',
    edits: [['const v = 1', 'const v = 3', 'miss']],
  },
  {
    trap: 'regular expressions, numbers and templates',
    files:
      'const R = /a+/g; const N = 0x10; const T = String.raw`\\n`;\nexport class S { async a() { return [R, N, T, 1e999, 10n]; } }',
    edits: [
      ['/a+/g', '/a+/i', 'miss'],
      ['0x10', '16', 'hit'],
      ['0x10', '17', 'miss'],
      ['raw`\\n`', 'raw`\n`', 'miss'],
      ['1e999', '1e308', 'miss'],
      ['10n', '11n', 'miss'],
    ],
  },
  {
    trap: 'optional chaining',
    files: 'export class S { async a(o: any) { return [o?.p, o?.p.q]; } }',
    edits: [
      ['o?.p', 'o.p', 'miss'],
      ['o?.p', 'o?.[p]', 'miss'],
      ['o?.p.q', 'o.p?.q', 'miss'],
    ],
  },
  {
    trap: 'async, generators and arrow bodies',
    files: 'async function* g() { yield 1; }\nexport class S { async a() { return g(); } }',
    edits: [
      ['yield 1', 'yield* [1]', 'miss'],
      ['async function', 'function', 'miss'],
    ],
  },
  // --- side effects ---
  {
    trap: 'a statement at the top of the file',
    files: 'globalThis.q = 1;\nexport class S { async a() { return (globalThis as any).q; } }',
    edits: [['q = 1', 'q = 2', 'miss']],
  },
  {
    trap: 'an import for its effect',
    files: {
      'S.ts': "import './setup';\nexport class S { async a() { return (globalThis as any).q; } }",
      'setup.ts': 'globalThis.q = value();\nfunction value() { return 1; }',
    },
    edits: [['return 1', 'return 2', 'miss', 'setup.ts']],
  },
  {
    trap: 'an effect of a module that is imported for something else',
    files: {
      'S.ts':
        "import { other } from './setup';\nexport class S { async a() { return (globalThis as any).q; } async b() { return other; } }",
      'setup.ts': 'globalThis.q = 1;\nexport const other = 5;',
    },
    edits: [
      ['q = 1', 'q = 2', 'miss', 'setup.ts'],
      ['other = 5', 'other = 6', 'hit', 'setup.ts'],
    ],
  },
  {
    trap: 'a module that is imported for types only',
    files: {
      'S.ts':
        "import { Shape } from './types';\nimport type { B } from './b';\nexport class S { async a(x: Shape & B) { return 1; } }",
      'types.ts': 'globalThis.q = 1;\nexport interface Shape { a: 1 }',
      'b.ts': 'globalThis.r = 1;\nexport interface B { b: 1 }',
    },
    edits: [
      ['q = 1', 'q = 2', 'hit', 'types.ts'],
      ['r = 1', 'r = 2', 'hit', 'b.ts'],
    ],
  },
  {
    trap: 'a module that is run because a decorated signature names its class',
    files: {
      'S.ts':
        "import { step } from 'sluice';\nimport { Dep } from './dep';\nexport class S { @step() async a(x: Dep) { return 1; } }",
      'dep.ts': 'globalThis.q = 1;\nexport class Dep {}',
    },
    edits: [['q = 1', 'q = 2', 'miss', 'dep.ts']],
  },
  {
    trap: 'types of a .d.ts file, imported as if they were values, beside decorators',
    files: {
      'S.ts':
        "import { step } from 'sluice';\nimport { Shape } from './shape';\nexport class S { @step() async a(x: Shape[]) { return 1; } }",
      'shape.d.ts': 'export interface Shape { a: 1 }',
    },
    edits: [['a: 1', 'a: 2', 'hit', 'shape.d.ts']],
  },
  {
    trap: 'the order in which two modules with effects run',
    files: {
      'S.ts': "import './one';\nimport './two';\nexport class S { async a() { return (globalThis as any).q; } }",
      'one.ts': 'globalThis.q = 1;',
      'two.ts': 'globalThis.q = 2;',
    },
    edits: [["import './one';\nimport './two';", "import './two';\nimport './one';", 'miss']],
  },
  {
    trap: 'the order of two statements',
    files: 'globalThis.q = 1;\nglobalThis.q = 2;\nexport class S { async a() { return (globalThis as any).q; } }',
    edits: [['globalThis.q = 1;\nglobalThis.q = 2;', 'globalThis.q = 2;\nglobalThis.q = 1;', 'miss']],
  },
  {
    trap: 'an unused constant that a call makes',
    files:
      'import { register } from "registry-like";\nconst stop = register("x");\nexport class S { async a() { return 1; } }',
    edits: [['"x"', '"y"', 'miss']],
  },
  {
    trap: 'unused constants that can do nothing',
    files: [
      'import { join } from "node:path";',
      'import { z } from "zod";',
      'const names = ["a", "b"];',
      'const index = new Map(names.map((name, i) => [name, i]));',
      'const path = join("a", "c1");',
      'export const Params = z.object({ epochs: z.number().default(20).refine((n) => { return n > 0; }) }).strict();',
      'const list = Object.freeze(Object.keys({ k1: 1 }));',
      'const table = new Float32Array(31);',
      'export class S { async a() { return 1; } }',
    ].join('\n'),
    edits: [
      ['["a"', '["c"', 'hit'],
      ['"c1"', '"c2"', 'hit'],
      ['default(20)', 'default(30)', 'hit'],
      ['k1', 'k2', 'hit'],
      ['31', '32', 'hit'],
      ['[name, i]', '[name, drop(i)]', 'miss'],
    ],
  },
  {
    trap: 'await at the top of a module',
    files: {
      'S.ts': "import { v } from './v';\nexport class S { async a() { return v; } }",
      'v.ts': 'export const v = await load();\nasync function load() { return 1; }',
    },
    edits: [['return 1', 'return 2', 'miss', 'v.ts']],
  },
  // --- modules ---
  {
    trap: 're-exports, renamed on the way, through a barrel',
    files: {
      'S.ts': "import { taken as mine } from './index';\nexport class S { async a() { return mine(); } }",
      'index.ts': "export { original as taken, spare } from './impl';\nexport * from './others';",
      'impl.ts': 'export const original = () => 1;\nexport const spare = () => 2;',
      'others.ts': 'export const more = () => 3;',
    },
    edits: [
      ['=> 1', '=> 4', 'miss', 'impl.ts'],
      ['=> 2', '=> 4', 'hit', 'impl.ts'],
      ['=> 3', '=> 4', 'hit', 'others.ts'],
    ],
  },
  {
    trap: 'export *, through two barrels',
    files: {
      'S.ts': "import { far } from './index';\nexport class S { async a() { return far(); } }",
      'index.ts': "export * from './inner';\nexport * from './others';",
      'inner.ts': "export * from './impl';",
      'impl.ts': 'export const far = () => 1;\nexport const near = () => 2;',
      'others.ts': 'export const more = () => 3;',
    },
    edits: [
      ['=> 1', '=> 4', 'miss', 'impl.ts'],
      ['=> 2', '=> 4', 'hit', 'impl.ts'],
      ['=> 3', '=> 4', 'hit', 'others.ts'],
    ],
  },
  {
    trap: 'export * that goes round',
    files: {
      'S.ts': "import { far } from './one';\nexport class S { async a() { return far(); } }",
      'one.ts': "export * from './two';",
      'two.ts': "export * from './one';\nexport const far = () => 1;",
    },
    edits: [['=> 1', '=> 2', 'miss', 'two.ts']],
  },
  {
    trap: 'a barrel that starts to hide a name',
    files: {
      'S.ts': "import { far } from './index';\nexport class S { async a() { return far(); } }",
      'index.ts': "export * from './impl';",
      'impl.ts': 'export const far = () => 1;',
    },
    edits: [["export * from './impl';", "export * from './impl';\nexport const far = () => 2;", 'miss', 'index.ts']],
  },
  {
    trap: 'namespace imports',
    files: {
      'S.ts':
        "import * as ns from './lib';\nexport class S { async a() { return ns.one(); } async b() { return Object.keys(ns); } }",
      'lib.ts': 'export const one = () => 1;\nexport const two = () => 2;',
    },
    edits: [
      ['=> 1', '=> 3', 'miss', 'lib.ts'],
      ['=> 2', '=> 3', 'hit', 'lib.ts'],
    ],
  },
  {
    trap: 'a namespace used whole',
    files: {
      'S.ts': "import * as ns from './lib';\nexport class S { async a(n: string) { return (ns as any)[n](); } }",
      'lib.ts': 'export const one = () => 1;\nconst inner = 5;',
    },
    edits: [['=> 1', '=> 3', 'miss', 'lib.ts']],
  },
  {
    trap: 'export * as a namespace',
    files: {
      'S.ts': "import { ns } from './index';\nexport class S { async a() { return ns.one(); } }",
      'index.ts': "export * as ns from './lib';",
      'lib.ts': 'export const one = () => 1;\nexport const two = () => 2;',
    },
    edits: [
      ['=> 1', '=> 3', 'miss', 'lib.ts'],
      ['=> 2', '=> 3', 'hit', 'lib.ts'],
    ],
  },
  {
    trap: 'default exports: a function, an expression, a class',
    files: {
      'S.ts':
        "import f from './f';\nimport e from './e';\nimport C, { spare } from './c';\nexport class S { async a() { return f() + e + new C().m(); } }",
      'f.ts': 'export default function () { return 1; }',
      'e.ts': 'const base = 1;\nexport default base + 1;',
      'c.ts': 'export default class C { m() { return 1; } }\nexport const spare = 1;',
    },
    edits: [
      ['return 1', 'return 2', 'miss', 'f.ts'],
      ['base + 1', 'base + 2', 'miss', 'e.ts'],
      ['base = 1', 'base = 2', 'miss', 'e.ts'],
      ['return 1', 'return 2', 'miss', 'c.ts'],
      ['spare = 1', 'spare = 2', 'hit', 'c.ts'],
    ],
  },
  {
    trap: 'imports that go round',
    files: {
      'S.ts': "import { even } from './even';\nexport class S { async a() { return even(4); } }",
      'even.ts': "import { odd } from './odd';\nexport const even = (n: number): boolean => n === 0 || odd(n - 1);",
      'odd.ts': "import { even } from './even';\nexport const odd = (n: number): boolean => n !== 0 && even(n - 1);",
    },
    edits: [
      ['n !== 0', 'n > 0', 'miss', 'odd.ts'],
      ['n === 0', 'n <= 0', 'miss', 'even.ts'],
    ],
  },
  {
    trap: 'JavaScript and CommonJS files',
    files: {
      'S.ts':
        "import { one } from './plain.js';\nimport old from './old.cjs';\nexport class S { async a() { return one() + old.two(); } }",
      'plain.js': 'export const one = () => 1;\nexport const spare = () => 2;',
      'old.cjs': 'const inner = require("./older.cjs");\nexports.two = () => inner.three();',
      'older.cjs': 'exports.three = () => 3;',
    },
    edits: [
      ['=> 1', '=> 4', 'miss', 'plain.js'],
      ['=> 2', '=> 4', 'hit', 'plain.js'],
      ['inner.three()', 'inner.three(1)', 'miss', 'old.cjs'],
      ['=> 3', '=> 4', 'miss', 'older.cjs'],
    ],
  },
  {
    trap: 'import() of literal text, inside reached code only',
    files: {
      'S.ts':
        "export class S { async a() { const { one } = await import('./lazy.ts'); return one(); } async b() { return import('./lazier.ts'); } }",
      'lazy.ts': 'export const one = () => 1;',
      'lazier.ts': 'export const two = () => 2;',
    },
    edits: [
      ['=> 1', '=> 3', 'miss', 'lazy.ts'],
      ['=> 2', '=> 3', 'hit', 'lazier.ts'],
    ],
  },
  {
    trap: 'a worker by literal URL, and what it imports',
    files: {
      'S.ts':
        "import { Worker } from 'node:worker_threads';\nconst file = new URL('./decode.ts', import.meta.url);\nexport class S { async a() { return new Worker(file); } async b() { return 1; } }",
      'decode.ts':
        "import { parentPort } from 'node:worker_threads';\nimport { one } from './lib';\nparentPort?.postMessage(one());",
      'lib.ts': 'export const one = () => 1;\nexport const two = () => 2;',
    },
    edits: [
      ['postMessage(one())', 'postMessage(-one())', 'miss', 'decode.ts'],
      ['=> 1', '=> 3', 'miss', 'lib.ts'],
      ['=> 2', '=> 3', 'hit', 'lib.ts'],
    ],
  },
  {
    trap: 'a data file by literal URL',
    files: {
      'S.ts':
        "import { readFileSync } from 'node:fs';\nexport class S { async a() { return readFileSync(new URL('./table.csv', import.meta.url)); } }",
      'table.csv': 'a,1',
    },
    edits: [['a,1', 'a,2', 'miss', 'table.csv']],
  },
  {
    trap: 'an alias of tsconfig.json',
    files: {
      'tsconfig.json': '{\n  // Aliases.\n  "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } },\n}',
      'S.ts': "import { one } from '@lib/one';\nexport class S { async a() { return one(); } }",
      'lib/one.ts': 'export const one = () => 1;',
      'other/one.ts': 'export const one = () => 2;',
    },
    edits: [
      ['=> 1', '=> 3', 'miss', 'lib/one.ts'],
      ['./lib/*', './other/*', 'miss', 'tsconfig.json'],
    ],
  },
  {
    trap: 'an alias of package.json',
    files: {
      'package.json':
        '{ "name": "made-up", "type": "module", "imports": { "#lib/*": { "types": "./types/*.d.ts", "default": "./lib/*.ts" } } }',
      'S.ts': "import { one } from '#lib/one';\nexport class S { async a() { return one(); } }",
      'lib/one.ts': 'export const one = () => 1;',
    },
    edits: [['=> 1', '=> 3', 'miss', 'lib/one.ts']],
  },
];

describe('what a step method reaches', () => {
  it.each(TRAPS)('$trap', async ({ files, edits }) => {
    const all: Readonly<Record<string, string>> = typeof files === 'string' ? { 'S.ts': files } : files;
    const step = { file: 'S.ts', className: 'S', method: 'a' };
    const project = sourceProject({ files: all });
    const before = await project.digest(step);
    for (const [from, to, outcome, file = 'S.ts'] of edits) {
      project.edit(file, from, to);
      const after = await project.digest(step);
      const said = `${from} → ${to} in ${file}: ${changedParts(before, after).join(', ')}`;
      expect(`${after.digest === before.digest ? 'hit' : 'miss'} ${said}`).toBe(`${outcome} ${said}`);
      expect(changedParts(before, after).length > 0, said).toBe(outcome === 'miss');
      project.write(file, all[file]!);
    }
  });
});
