import type { Random } from './random.ts';

/** An export, and how an expression makes a number of it: `ref` is what the importer calls it, `x` a number in reach. */
export interface Exported {
  /** `default` for a default export. */
  readonly name: string;
  readonly use: (ref: string, x: string) => string;
}

/** What a module takes from others. */
export interface Deps {
  /** Import statements, each once. */
  readonly imports: readonly string[];
  /** The i-th expression of an imported value; wraps around. */
  at(index: number, x: string): string;
  /** A class that may be extended: how it is called here. */
  readonly base: string | undefined;
}

export interface ModuleText {
  readonly text: string;
  readonly exported: readonly Exported[];
  /** Exported class with a constructor of one number and a method `value()`. */
  readonly base?: string;
}

export type ModuleKind = (id: string, d: Deps, r: Random) => ModuleText;

const call = (name: string): Exported => ({ name, use: (ref, x) => `${ref}(${x})` });
const plain = (name: string): Exported => ({ name, use: (ref) => ref });
const instance = (name: string): Exported => ({ name, use: (ref, x) => `new ${ref}(${x}).value()` });
const n = (r: Random): number => r.int(90) + 2;
/** Keeps every number whole and small. */
const mod = (expression: string): string => `(((${expression}) % 997) | 0)`;

/** One kind of module for every way in which code depends on code. Every one has something that nobody else uses. */
export const MODULE_KINDS: Readonly<Record<string, ModuleKind>> = {
  helpers: (id, d, r) => ({
    text: `
const offset${id} = ${n(r)};
function inner${id}(x: number): number { return x + offset${id}; }
export function f${id}(x: number, by = inner${id}(${n(r)})): number { return ${mod(`inner${id}(x) * ${n(r)} + by + ${d.at(0, 'x')}`)}; }
export const g${id} = (x: number): number => ${mod(`${d.at(1, 'x')} - ${n(r)}`)};
export function unused${id}(x: number): number { return ${mod(`${d.at(2, 'x')} + ${n(r)}`)}; }
`,
    exported: [call(`f${id}`), call(`g${id}`)],
  }),
  constants: (id, d, r) => ({
    text: `
export const table${id}: readonly number[] = [${n(r)}, ${n(r)}, ${n(r)}];
export const sum${id} = table${id}.reduce((a, b) => a + b, ${n(r)});
export const computed${id} = ${mod(`${d.at(0, String(n(r)))} + sum${id}`)};
export const { a: part${id}, b: [other${id} = ${n(r)}] } = { a: ${n(r)}, b: [] as number[] };
const spare${id} = ${n(r)} * ${n(r)};
export const label${id} = \`\${part${id}}-${id}-\${other${id}}\`;
`,
    exported: [
      plain(`computed${id}`),
      plain(`sum${id}`),
      { name: `label${id}`, use: (ref) => `${ref}.length` },
      { name: `table${id}`, use: (ref, x) => `${ref}[Math.abs(${x}) % 3]!` },
      plain(`part${id}`),
      plain(`other${id}`),
    ],
  }),
  classes: (id, d, r) => ({
    text: `
export class Base${id} {
  static readonly limit = ${n(r)};
  static counted = 0;
  #hidden = ${n(r)};
  protected readonly start: number;
  constructor(start: number) { this.start = start; Base${id}.counted = ${n(r)}; }
  get doubled(): number { return this.start * 2 + this.#hidden; }
  set doubled(value: number) { this.#hidden = value; }
  value(): number { this.doubled = ${n(r)}; return ${mod(`this.doubled + this.step() + Base${id}.limit + Base${id}.counted`)}; }
  protected step(): number { return ${mod(d.at(0, 'this.start'))}; }
  never(): number { return ${n(r)}; }
}
`,
    exported: [instance(`Base${id}`), { name: `Base${id}`, use: (ref) => `${ref}.limit` }],
    base: `Base${id}`,
  }),
  derived: (id, d, r) => ({
    text: `
${d.base ? '' : `class Root${id} { constructor(readonly start: number) {} value(): number { return this.start; } }`}
export class Derived${id} extends ${d.base ?? `Root${id}`} {
  static { Derived${id}.bonus = ${n(r)}; }
  static bonus: number;
  extra = ${n(r)};
  override value(): number { return ${mod(`super.value() + this.extra + Derived${id}.bonus + ${d.at(1, 'this.extra')}`)}; }
  static make(x: number): Derived${id} { return new this(x); }
}
const mixin${id} = <T extends new (...args: any[]) => object>(Of: T) => class extends Of { added = ${n(r)}; };
export class Mixed${id} extends mixin${id}(Derived${id}) { override value(): number { return super.value() + this.added; } }
`,
    exported: [
      instance(`Derived${id}`),
      instance(`Mixed${id}`),
      { name: `Derived${id}`, use: (ref, x) => `${ref}.make(${x}).value()` },
    ],
    base: `Derived${id}`,
  }),
  generators: (id, d, r) => ({
    text: `
export function* walk${id}(x: number): Generator<number> {
  outer: for (let i = 0; i < ${2 + r.int(4)}; i++) {
    for (let j = 0; ; j++) { if (j > i) continue outer; if (i + j > ${2 + r.int(6)}) break outer; yield ${mod(`x * i + j + ${n(r)}`)}; }
  }
  yield* [${n(r)}, ${d.at(0, 'x')}];
}
export const all${id} = { *[Symbol.iterator]() { yield ${n(r)}; yield ${n(r)}; } };
export async function later${id}(x: number): Promise<number> { return ${mod(`${d.at(1, 'x')} + ${n(r)}`)}; }
`,
    exported: [
      { name: `walk${id}`, use: (ref, x) => `[...${ref}(${x})].reduce((a, b) => a + b, 0)` },
      { name: `all${id}`, use: (ref) => `[...${ref}].length + Math.max(...${ref})` },
    ],
  }),
  closures: (id, d, r) => ({
    text: `
let calls${id} = ${n(r)};
export function counter${id}(x: number): () => number {
  let own = ${n(r)};
  const base = ${d.at(0, 'x')};
  return () => { own += ${n(r)}; calls${id} += 0; return ${mod(`own + base + calls${id}`)}; };
}
export const curry${id} = (a: number) => (b: number) => ${mod(`a * b + ${n(r)}`)};
const memo${id} = new Map<number, number>();
export function cached${id}(x: number): number {
  if (!memo${id}.has(x)) memo${id}.set(x, ${mod(`${d.at(1, 'x')} * ${n(r)}`)});
  return memo${id}.get(x) ?? ${n(r)};
}
`,
    exported: [
      { name: `counter${id}`, use: (ref, x) => `${ref}(${x})()` },
      { name: `curry${id}`, use: (ref, x) => `${ref}(${x})(3)` },
      call(`cached${id}`),
    ],
  }),
  decorators: (id, d, r) => ({
    text: `
const add${id} = (by: number) => (_target: object, _key: string, descriptor: PropertyDescriptor): void => {
  const before = descriptor.value as (...args: unknown[]) => number;
  descriptor.value = function (this: unknown, ...args: unknown[]) { return before.apply(this, args) + by; };
};
const seal${id} = (kind: string) => (target: { kind?: string }): void => { target.kind = kind; };
@seal${id}('kind${n(r)}')
export class Decorated${id} {
  static kind?: string;
  constructor(readonly x: number) {}
  @add${id}(${n(r)}) value(): number { return ${mod(`${d.at(0, 'this.x')} + (Decorated${id}.kind ?? '').length`)}; }
  @add${id}(${n(r)}) rest(): number { return ${n(r)}; }
}
`,
    exported: [instance(`Decorated${id}`)],
    base: `Decorated${id}`,
  }),
  enums: (id, d, r) => ({
    text: `
export enum Kind${id} { A = ${n(r)}, B, C = A << 1, D = 'text'.length }
export enum Word${id} { Yes = 'yes', No = 'no${n(r)}' }
export namespace Space${id} { export const depth = ${n(r)}; export function dig(x: number): number { return ${mod(`x * depth + ${d.at(0, 'x')}`)}; } }
export namespace Space${id} { export const more = Space${id}.depth + ${n(r)}; }
export type Any${id} = Kind${id} | Word${id};
`,
    exported: [
      { name: `Space${id}`, use: (ref, x) => `${ref}.dig(${x})` },
      { name: `Kind${id}`, use: (ref) => `${ref}.B` },
      { name: `Kind${id}`, use: (ref) => `(${ref}.C + ${ref}.D)` },
      { name: `Word${id}`, use: (ref) => `${ref}.No.length` },
      { name: `Space${id}`, use: (ref) => `${ref}.more` },
    ],
  }),
  objects: (id, d, r) => ({
    text: `
const KEY${id} = 'key' + ${n(r)};
const shared${id} = { low: ${n(r)}, get high(): number { return this.low + ${n(r)}; } };
export const object${id} = {
  ...shared${id},
  [KEY${id}]: ${n(r)},
  method(x: number): number { return ${mod(`this.low + x + ${d.at(0, 'x')}`)}; },
  get lazy(): number { return ${mod(d.at(1, String(n(r))))}; },
  set lazy(_: number) {},
  valueOf(): number { return ${n(r)}; },
  toString(): string { return 'o'.repeat(${1 + r.int(9)}); },
};
export const tag${id} = (parts: TemplateStringsArray, ...values: number[]): number => parts.raw.join('').length + ${mod(`values.reduce((a, b) => a + b, ${n(r)})`)};
Object.defineProperty(object${id}, 'defined', { get: () => ${n(r)} });
`,
    exported: [
      { name: `object${id}`, use: (ref, x) => `${ref}.method(${x})` },
      { name: `object${id}`, use: (ref) => `${ref}.lazy` },
      { name: `object${id}`, use: (ref) => `(+${ref} + \`\${${ref}}\`.length)` },
      { name: `object${id}`, use: (ref) => `(${ref} as unknown as { defined: number }).defined` },
      { name: `object${id}`, use: (ref) => `Object.keys(${ref}).join('').length` },
      { name: `tag${id}`, use: (ref, x) => `${ref}\`a\${${x}}\\n\${${n(r)}}\`` },
    ],
  }),
  registry: (id, d, r) => ({
    text: `
export const registry${id} = new Map<string, number>();
export function register${id}(name: string, value: number): number { registry${id}.set(name, value); return registry${id}.size; }
register${id}('first', ${n(r)});
export let live${id} = ${n(r)};
export const raise${id} = (by: number): void => { live${id} += by; };
raise${id}(${mod(d.at(0, String(n(r))))});
if (live${id} > ${n(r)}) raise${id}(${n(r)}); else registry${id}.set('else', ${n(r)});
`,
    exported: [
      plain(`live${id}`),
      { name: `registry${id}`, use: (ref) => `[...${ref}.values()].reduce((a, b) => a + b, 0)` },
    ],
  }),
  defaults: (id, d, r) => ({
    text: `
const step${id} = ${n(r)};
export default function (x: number): number { const y = ${d.at(0, 'x')}; switch (Math.abs(x) % 3) { case 0: return y + ${n(r)}; case 1: { return ${mod(`y * 3 + step${id}`)}; } default: try { if (x > ${n(r)}) throw new RangeError('far'); return ${mod(d.at(1, 'x'))}; } catch (error) { return (error as Error).message.length + ${n(r)}; } finally { void 0; } } }
export { step${id} as renamed${id} };
`,
    exported: [call('default'), plain(`renamed${id}`)],
  }),
  regexps: (id, d, r) => ({
    text: `
const pattern${id} = /[a-${r.pick([...'mnopqr'])}]+(\\d{1,${1 + r.int(3)}})?/gi;
export function count${id}(x: number): number { return (\`${r.pick(['abc', 'nmz', 'qqq'])}\${x}xyz\${x}\`.match(pattern${id}) ?? []).join('').length * ${n(r)}; }
export const big${id} = (x: number): number => Number((BigInt(Math.trunc(x)) * ${n(r)}n + ${n(r)}n) % 997n) + ${d.at(0, 'x')};
export const opt${id} = (x: number): number => ({ deep: x > ${r.int(5)} ? { v: ${n(r)} } : undefined } as { deep?: { v: number } }).deep?.v ?? ${mod(d.at(0, 'x'))};
`,
    exported: [call(`big${id}`), call(`count${id}`), call(`opt${id}`)],
  }),
};
