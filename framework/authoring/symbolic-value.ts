import { OutputRef } from '../dag/output-ref.ts';
import { sluiceError } from '../errors.ts';

const REF = Symbol('sluice.outputRef');

/** Each thing that a pipeline body may try with a value that doesn't exist yet: how it is said, and the code that works instead. */
const USES = {
  iterate: {
    say: 'iterate over',
    wrong: (v: string) => `for (const item of ${v}) …`,
    right: (v: string) => `await steps.forAll(${v})   // loop inside the step`,
  },
  text: {
    say: 'turn into text',
    wrong: (v: string) => `\`model-\${${v}}\``,
    right: (v: string) => `await steps.nameIt(${v})   // build the text inside the step`,
  },
  calculate: {
    say: 'calculate with or compare',
    wrong: (v: string) => `if (${v} > 0.5) await steps.next()`,
    right: (v: string) => `await steps.nextIfAbove(${v}, 0.5)   // compare inside the step`,
  },
  call: {
    say: 'call',
    wrong: (v: string) => `${v}(…)`,
    right: (v: string) => `await steps.use(${v.replace(/\.[^.]*$/, '')})   // call the method inside the step`,
  },
  spread: {
    say: 'spread or list the keys of',
    wrong: (v: string) => `steps.next({ ...${v} })`,
    right: (v: string) => `steps.next(${v})   // or name the fields: { score: ${v}.score }`,
  },
  look: {
    say: 'look inside',
    wrong: (v: string) => `'field' in ${v}`,
    right: (v: string) => `await steps.check(${v})   // look inside the step`,
  },
  json: {
    say: 'serialise',
    wrong: (v: string) => `JSON.stringify(${v})`,
    right: (v: string) => `await steps.save(${v})   // serialise inside the step`,
  },
  assign: {
    say: 'write to',
    wrong: (v: string) => `${v} = 1`,
    right: () => 'return a new object from the step that makes it',
  },
  concat: {
    say: 'append the items of',
    wrong: (v: string) => `list.concat(${v})`,
    right: (v: string) => `steps.next([...list, ${v}])   // as one item`,
  },
} as const;

function refuse(ref: OutputRef, use: keyof typeof USES, value = String(ref)): never {
  const { say, wrong, right } = USES[use];
  throw sluiceError('ERR_SYMBOLIC_VALUE', { value, use: say, wrong: wrong(value), right: right(value) });
}

function symbolProperty(ref: OutputRef, key: symbol): unknown {
  switch (key) {
    case Symbol.iterator:
    case Symbol.asyncIterator:
      return refuse(ref, 'iterate');
    case Symbol.toPrimitive:
      return (hint: string) => refuse(ref, hint === 'string' ? 'text' : 'calculate');
    case Symbol.isConcatSpreadable:
      return refuse(ref, 'concat');
    default:
      return undefined; // Symbol.toStringTag, inspect.custom and the like: printing a stand-in is harmless.
  }
}

/**
 * Stands in a pipeline body for the output of a step: it can be passed on, and `.field` gives the stand-in of a field.
 * Everything else is refused in words, ERR_SYMBOLIC_VALUE. `if (value)` and `===` can't be trapped in JavaScript: the replay check sees those.
 */
export function symbolicValue(ref: OutputRef): unknown {
  // A function target, so that `value.map(…)` is trapped as a call; its name is what console.log shows.
  const target = Object.defineProperty(() => {}, 'name', { value: `${ref}, known when it ran` });
  return new Proxy(target, {
    get(_, key) {
      if (key === REF) return ref;
      if (key === 'then') return undefined; // `await` must hand the stand-in through.
      if (key === 'toJSON') return refuse(ref, 'json');
      if (typeof key === 'symbol') return symbolProperty(ref, key);
      return symbolicValue(new OutputRef(ref.node, [...ref.path, key]));
    },
    apply: () => refuse(ref, 'call'),
    ownKeys: () => refuse(ref, 'spread'),
    getOwnPropertyDescriptor: () => refuse(ref, 'look'),
    has: () => refuse(ref, 'look'),
    getPrototypeOf: () => refuse(ref, 'look'),
    set: (_, key) => refuse(ref, 'assign', `${ref}.${String(key)}`),
    defineProperty: (_, key) => refuse(ref, 'assign', `${ref}.${String(key)}`),
    deleteProperty: (_, key) => refuse(ref, 'assign', `${ref}.${String(key)}`),
  });
}

/** The reference behind a stand-in; undefined for every other value. */
export function outputRefOf(value: unknown): OutputRef | undefined {
  return typeof value === 'function' ? (value as { readonly [REF]?: OutputRef })[REF] : undefined;
}
