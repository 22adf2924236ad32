import type { ClassFacts, Item } from './module-facts.ts';

/** What one method of a class reaches of it. */
export interface ClassSlice {
  /** Places in `ModuleFacts.items`, the shell included. */
  readonly items: readonly number[];
  /** Fields of the object whose values it can see; `'*'`: all of them. */
  readonly receiverFields: readonly string[] | '*';
}

/**
 * The members that `method` reaches through `this`, through static members named by the class, and through the constructor where that sets a
 * field in reach. Everything counts when `this` is handed away, or when a base class may call back.
 *
 * @param items the module's items: a member's references say which statics it names.
 */
export function sliceClass(name: string, facts: ClassFacts, method: string, items: readonly Item[]): ClassSlice {
  const whole: ClassSlice = { items: [facts.shell, ...facts.members.map(({ item }) => item)], receiverFields: '*' };
  if (facts.hasBase || facts.shellUses.isWhole) return whole;

  const reached = new Set<number>([facts.shell]);
  const seen = new Set<string>();
  const todo: { readonly name: string; readonly isStatic: boolean }[] = [{ name: method, isStatic: false }];
  // Members with an effect of their own run when the class is made, and use its statics.
  for (const member of facts.members) if (items[member.item]?.hasEffect) todo.push(member);
  for (const used of facts.shellUses.names) todo.push({ name: used, isStatic: true });
  todo.push(...staticsNamed(name, facts.shell, items));

  for (let next = todo.pop(); next; next = todo.pop()) {
    const key = `${next.isStatic} ${next.name}`;
    if (seen.has(key)) continue;
    seen.add(key);
    const members = membersReached(facts, next);
    // A static that the class doesn't declare: `Steps.prototype`, or one that some code adds.
    if (next.isStatic && members.length === 0 && !['name', 'length'].includes(next.name)) return whole;
    for (const member of members) {
      if (member.uses.isWhole) return whole;
      if (items[member.item]?.references.some((one) => one.name === name && one.member === undefined)) return whole;
      reached.add(member.item);
      for (const used of member.uses.names) todo.push({ name: used, isStatic: member.isStatic });
      todo.push(...staticsNamed(name, member.item, items));
    }
  }
  const fields = [...seen].flatMap((key) => (key.startsWith('false ') ? key.slice(6) : []));
  return {
    items: [...reached].sort((a, b) => a - b),
    receiverFields: fields.filter((field) => isReceiverField(facts, field)).sort(),
  };
}

type MemberFacts = ClassFacts['members'][number];

/** `Steps.limit` inside the class: its static member. */
const staticsNamed = (name: string, item: number, items: readonly Item[]) =>
  (items[item]?.references ?? []).flatMap((one) =>
    one.name === name && one.member !== undefined ? { name: one.member, isStatic: true } : [],
  );

/** Members of that name; with them the constructor, when the name's value may come from it. */
function membersReached(
  facts: ClassFacts,
  wanted: { readonly name: string; readonly isStatic: boolean },
): MemberFacts[] {
  const named = facts.members.filter(
    ({ name, isStatic, kind }) => name === wanted.name && isStatic === wanted.isStatic && kind !== 'constructor',
  );
  const ctor = wanted.isStatic ? undefined : facts.members.find(({ kind }) => kind === 'constructor');
  if (!ctor) return named;
  const decides =
    named.length === 0 ||
    named.some(({ isUnset }) => isUnset) ||
    facts.parameterFields.includes(wanted.name) ||
    ctor.uses.isWhole ||
    ctor.uses.names.includes(wanted.name) ||
    !facts.isPlainConstructor;
  return decides ? [...named, ctor] : named;
}

/**
 * Methods and accessors are code, not data. A private field can't be read from outside; it is the code's alone when only its own initialiser sets it.
 */
function isReceiverField(facts: ClassFacts, name: string): boolean {
  const named = facts.members.filter((member) => member.name === name && !member.isStatic);
  if (named.some(({ kind }) => kind === 'method')) return false;
  const setters = facts.members.filter(({ uses, kind }) => kind !== 'field' && uses.names.includes(name));
  return (
    !name.startsWith('#') || named.some(({ isUnset }) => isUnset) || setters.some(({ kind }) => kind === 'constructor')
  );
}
