import { type Deps, type Exported, MODULE_KINDS, type ModuleText } from './module-kinds.ts';
import { type Random, random } from './random.ts';

/** A made-up project: file → text, and the step methods in it. */
export interface GeneratedProject {
  readonly files: ReadonlyMap<string, string>;
  readonly steps: readonly { readonly file: string; readonly className: string; readonly method: string }[];
}

interface Module {
  readonly file: string;
  readonly exported: readonly Exported[];
  readonly base: string | undefined;
}

const RARE = ['json', 'package', 'effects', 'patches', 'globals', 'barrel', 'cycle', 'javascript'] as const;

/** @param size number of modules beside the two with steps. */
export function generateProject(seed: number, size = 60): GeneratedProject {
  const r = random(seed);
  const files = new Map<string, string>(PACKAGES);
  const modules: Module[] = [];
  const add = (file: string, { text, exported, base }: ModuleText, imports: readonly string[]): void => {
    files.set(file, `${imports.join('\n')}\n${text}`);
    modules.push({ file, exported, base });
  };
  const kinds = Object.keys(MODULE_KINDS);
  for (let at = 0; at < size; at++) {
    const id = `M${at}`;
    const folder = r.pick(['lib', 'lib/deep', 'shared']);
    const rare = at > 12 && at % 3 === 0 ? RARE[(at / 3) % RARE.length] : undefined;
    if (rare) {
      addRare(rare, { id, folder, r, files, modules, add });
      continue;
    }
    const file = `${folder}/${id}.ts`;
    const deps = depsFor(file, modules, r);
    add(file, MODULE_KINDS[kinds[at % kinds.length]!]!(id, deps, r), deps.imports);
  }
  return { files, steps: addSteps(files, modules, r) };
}

const relative = (from: string, to: string): string =>
  `${'../'.repeat(from.split('/').length - 1)}${to}`.replace(/^(?!\.)/, './');

/** Imports of up to three earlier modules, in every form. */
function depsFor(file: string, modules: readonly Module[], r: Random): Deps {
  const imports: string[] = [];
  const uses: ((x: string) => string)[] = [];
  // Mostly near ones: chains get long.
  const near = modules.slice(-14);
  for (const [i, from] of r.some(r.chance(0.7) ? near : modules, 3).entries()) {
    // The first one depends on most.
    const one = r.chance(0.7) ? from.exported[0]! : r.pick(from.exported);
    const taken = importOf(one, { from: relative(file, from.file), local: `dep${i}`, r });
    // Two modules may export one name, of which one hands on the other's.
    if (imports.some((line) => line.startsWith(`import { ${taken.ref} }`))) continue;
    imports.push(taken.line);
    uses.push((x) => one.use(taken.ref, x));
  }
  const parent = modules.filter(({ base }) => base !== undefined).at(-1);
  if (parent?.base) imports.push(`import { ${parent.base} as Parent } from '${relative(file, parent.file)}';`);
  return {
    imports,
    base: parent?.base ? 'Parent' : undefined,
    at(index, x) {
      const [one, other] = [uses[index % uses.length], uses[(index + 1) % uses.length]];
      // Two of them in one place: a change deep below shows in many results.
      return one && other ? `(${one(x)} + ${other(x)})` : x;
    },
  };
}

function importOf(
  { name }: Exported,
  { from, local, r }: { readonly from: string; readonly local: string; readonly r: Random },
): { readonly line: string; readonly ref: string } {
  const form = r.int(name === 'default' ? 2 : 3);
  if (form === 0) return { line: `import * as ${local} from '${from}';`, ref: `${local}.${name}` };
  if (name === 'default') return { line: `import ${local} from '${from}';`, ref: local };
  if (form === 1) return { line: `import { ${name} as ${local} } from '${from}';`, ref: local };
  return { line: `import { ${name} } from '${from}';`, ref: name };
}

interface Rare {
  readonly id: string;
  readonly folder: string;
  readonly r: Random;
  readonly files: Map<string, string>;
  readonly modules: readonly Module[];
  add(file: string, module: ModuleText, imports: readonly string[]): void;
}

function addRare(kind: (typeof RARE)[number], { id, folder, r, files, modules, add }: Rare): void {
  const file = `${folder}/${id}.ts`;
  const deps = depsFor(file, modules, r);
  const n = (): number => r.int(90) + 2;
  const fn: Exported = { name: `f${id}`, use: (ref, x) => `${ref}(${x})` };
  switch (kind) {
    case 'json':
      files.set(
        `${folder}/${id}.json`,
        JSON.stringify({ a: n(), deep: { list: [n(), n()] }, spare: n() }, undefined, 2),
      );
      return add(
        file,
        {
          text: `export const f${id} = (x: number): number => x + data.a * data.deep.list[1]!;\nexport { data as json${id} };\n`,
          exported: [fn, { name: `json${id}`, use: (ref) => `${ref}.deep.list[0]!` }],
        },
        [`import data from './${id}.json' with { type: 'json' };`],
      );
    case 'package':
      return add(
        file,
        {
          text: `export const f${id} = (x: number): number => tiny(x) + other.scale + ${n()};\nexport const apart${id} = ${n()};\n`,
          exported: [fn, { name: `apart${id}`, use: (ref) => ref }],
        },
        [`import { tiny } from 'tiny-lib';`, `import * as other from '@made/other';`],
      );
    case 'effects': {
      const registry = modules.findLast(({ exported }) => exported.some(({ name }) => name.startsWith('registry')));
      const name = registry?.exported[1]?.name ?? 'none';
      return add(
        file,
        {
          text: `${registry ? `${name}.set('${id}', ${n()});\n${name.replace('registry', 'raise')}(${n()});` : ''}\nexport const f${id} = (x: number): number => x + ${n()};\n`,
          exported: [fn],
        },
        registry
          ? [`import { ${name}, ${name.replace('registry', 'raise')} } from '${relative(file, registry.file)}';`]
          : [],
      );
    }
    case 'patches': {
      const parent = modules.findLast(({ base }) => base?.startsWith('Base'));
      const patch = `const before${id} = Parent.prototype.value;\nParent.prototype.value = function (this: InstanceType<typeof Parent>): number { return before${id}.call(this) + ${n()}; };`;
      return add(
        file,
        {
          text: `${parent ? patch : ''}\nexport const f${id} = (x: number): number => x * ${n()} % 997;\n`,
          exported: [fn],
        },
        parent ? [`import { ${parent.base} as Parent } from '${relative(file, parent.file)}';`] : [],
      );
    }
    case 'globals':
      return add(
        file,
        {
          text: `(globalThis as Record<string, unknown>)['flag${id}'] = ${n()};\nconst flags = globalThis as unknown as Record<string, number>;\nexport function f${id}(x: number): number { return x + flags['flag${id}']! + (${deps.at(0, 'x')}); }\n`,
          exported: [fn],
        },
        deps.imports,
      );
    case 'barrel': {
      const [a, b, c] = r.some(modules, 3);
      const named = b!.exported[0]!;
      const exported = [
        ...a!.exported.filter(({ name }) => name !== 'default'),
        { name: `again${id}`, use: named.use },
        ...c!.exported.map(({ name, use }) => ({
          name: `space${id}`,
          use: (ref: string, x: string) => use(`${ref}.${name}`, x),
        })),
      ];
      const text = `export * from '${relative(file, a!.file)}';\nexport { ${named.name} as again${id} } from '${relative(file, b!.file)}';\nexport * as space${id} from '${relative(file, c!.file)}';\nexport const own${id} = ${n()};\n`;
      return add(file, { text, exported }, []);
    }
    case 'cycle': {
      const twin = `${folder}/${id}twin.ts`;
      files.set(
        twin,
        `import { down${id} } from './${id}.ts';\nexport function up${id}(x: number): number { return x <= 0 ? ${n()} : down${id}(x - 2) + ${n()}; }\nexport const apart${id} = ${n()};\n`,
      );
      return add(
        file,
        {
          text: `export function down${id}(x: number): number { return x <= 0 ? ${n()} : up${id}(Math.min(x, 9) - 1) + ${n()}; }\nexport { down${id} as f${id} };\n`,
          exported: [fn],
        },
        [`import { up${id} } from './${id}twin.ts';`],
      );
    }
    case 'javascript':
      files.set(
        `${folder}/${id}js.mjs`,
        `import * as shared from './${id}shared.mjs';\nconst k = ${n()};\nexport const js = (x) => x * k + shared.value;\nexport const spare = ${n()};\n`,
      );
      files.set(`${folder}/${id}shared.mjs`, `export const value = ${n()};\nexport const spare = ${n()};\n`);
      return add(
        file,
        { text: `export const f${id} = (x: number): number => (js(x) + ${n()}) % 997;\n`, exported: [fn] },
        [`// @ts-ignore: plain JavaScript\nimport { js } from './${id}js.mjs';`],
      );
    default:
      return kind satisfies never;
  }
}

/** Two classes: one that is taken apart member by member, and one with a base class. */
function addSteps(files: Map<string, string>, modules: readonly Module[], r: Random): GeneratedProject['steps'] {
  const file = 'steps/main.steps.ts';
  const imports: string[] = [`import { step } from 'sluice';`];
  const uses: ((x: string) => string)[] = [];
  for (const [i, from] of r.some(modules, 22).entries()) {
    const one = r.chance(0.7) ? from.exported[0]! : r.pick(from.exported);
    const taken = importOf(one, { from: relative(file, from.file), local: `use${i}`, r });
    imports.push(taken.line);
    uses.push((x) => one.use(taken.ref, x));
  }
  const lazy = r.pick(modules);
  const lazyOne = r.pick(lazy.exported);
  const at = (i: number, x: string): string => uses[i % uses.length]!(x);
  const sum = (from: number, x: string): string => [0, 1, 2].map((i) => `(${at(from + i, x)})`).join(' + ');
  files.set(
    file,
    `${imports.join('\n')}
const bias = ${r.int(9)};
function local(x: number): number { return ${at(0, 'x')} + bias; }
export class Steps {
  static readonly weight = ${r.int(9) + 1};
  readonly field = ${at(1, '4')};
  accessor: number;
  #secret = ${r.int(9)};
  constructor() { this.accessor = ${at(2, '5')}; }
  private get half(): number { return this.field / 2 + ${at(3, '6')}; }
  private helper(x: number): number { return ${at(4, 'x')} + this.half; }
  private other(x: number): number { return x + Steps.weight * ${at(5, 'x')} + this.#secret; }
  @step({ retry: { attempts: 1 } }) async first(x: number): Promise<number> { return this.helper(x) + local(x) + ${sum(6, 'x')}; }
  @step() async second(x: number): Promise<number> { return this.other(x) + this.accessor + ${sum(9, 'x')}; }
  @step() async third(x: number): Promise<number> { const late = await import('${relative(file, lazy.file)}'); return ${lazyOne.use(`late.${lazyOne.name}`, 'x')} + ${sum(12, 'x')}; }
}
`,
  );
  const derived = 'steps/derived.steps.ts';
  files.set(
    'steps/base.steps.ts',
    `${imports.slice(0, 8).join('\n')}\nexport abstract class Common {\n  protected readonly common = ${r.int(9)};\n  protected shared(x: number): number { return x + this.common + ${at(0, 'x')}; }\n  protected hook(): number { return ${at(1, '3')}; }\n  unused(): number { return ${r.int(9)}; }\n}\n`,
  );
  files.set(
    derived,
    `import { step } from 'sluice';\nimport { Common } from './base.steps.ts';\n${imports[9]}\nexport class Derived extends Common {\n  @step() async fourth(x: number): Promise<number> { return this.shared(x) + ${at(8, 'x')}; }\n  @step() async fifth(x: number): Promise<number> { return super.shared(x) * this.hook(); }\n  protected override hook(): number { return super.hook() + ${r.int(9)}; }\n}\n`,
  );
  return [
    ...['first', 'second', 'third'].map((method) => ({ file, className: 'Steps', method })),
    ...['fourth', 'fifth'].map((method) => ({ file: derived, className: 'Derived', method })),
  ];
}

const lockOf = (versions: Readonly<Record<string, string>>): string =>
  JSON.stringify({
    name: 'made-up',
    lockfileVersion: 3,
    packages: Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [
        `node_modules/${name}`,
        { version, integrity: `sha512-${name}-${version}` },
      ]),
    ),
  });

const PACKAGES: readonly (readonly [string, string])[] = [
  ['package.json', '{ "name": "made-up", "type": "module" }'],
  ['package-lock.json', lockOf({ 'tiny-lib': '1.0.0', '@made/other': '1.0.0', unrelated: '1.0.0' })],
  [
    'node_modules/tiny-lib/package.json',
    '{ "name": "tiny-lib", "version": "1.0.0", "type": "module", "main": "index.js" }',
  ],
  ['node_modules/tiny-lib/index.js', 'export const tiny = (x) => x + 1;\n'],
  [
    'node_modules/@made/other/package.json',
    '{ "name": "@made/other", "version": "1.0.0", "type": "module", "main": "index.js" }',
  ],
  ['node_modules/@made/other/index.js', 'export const scale = 3;\n'],
];

/** The project with another version of a package: its lock says so, and what it does differs. */
export function withPackage(files: ReadonlyMap<string, string>, name: string, patch: number): Map<string, string> {
  const next = new Map(files);
  const lock = JSON.parse(files.get('package-lock.json') ?? '{}') as {
    packages: Record<string, { version: string; integrity: string }>;
  };
  lock.packages[`node_modules/${name}`] = { version: `1.0.${patch}`, integrity: `sha512-${name}-1.0.${patch}` };
  next.set('package-lock.json', JSON.stringify(lock));
  // What npm puts there: an installed version that isn't the locked one would count by itself.
  const manifest = `node_modules/${name}/package.json`;
  const installed = files.get(manifest);
  if (installed !== undefined) next.set(manifest, installed.replace(/1\.0\.\d+/, `1.0.${patch}`));
  const entry = `node_modules/${name}/index.js`;
  const text = files.get(entry);
  if (text !== undefined) next.set(entry, text.replace(/\d+;/, `${patch + 1};`));
  return next;
}
