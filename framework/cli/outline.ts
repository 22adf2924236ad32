import type { Command } from 'commander';

/** What of a command the list of all commands shows. */
const SHOWN: ReadonlySet<PropertyKey> = new Set([
  'description',
  'summary',
  'argument',
  'arguments',
  'addArgument',
  'alias',
]);

type Method = (...args: unknown[]) => unknown;

/**
 * The program as a list of commands: each is made with its name, arguments and description, and all else that is said of it is passed over. `sluice --help` shows
 * no more, and to make some sixty verbs with their flags takes half as long as everything else it does.
 */
export const outline = (program: Command): Command =>
  new Proxy(program, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (key !== 'command') return typeof value === 'function' ? value.bind(target) : value;
      return (...args: Parameters<Command['command']>) => nameOnly(target.command(...args));
    },
  });

/** Every call gives the command itself, as most of commander's do: verbs below it are calls on it too, and nothing comes of them. */
function nameOnly(command: Command): Command {
  const named: Command = new Proxy(command, {
    get(target, key) {
      const method = Reflect.get(target, key) as Method;
      const isBelow = key === 'command';
      if (key === 'name') return () => target.name();
      return (...args: unknown[]): Command => {
        if (SHOWN.has(key)) method.apply(target, args);
        return isBelow ? nothing(named) : named;
      };
    },
  });
  return named;
}

/** A verb of which nothing is kept. */
function nothing(command: Command): Command {
  const none: Command = new Proxy(command, { get: () => () => none });
  return none;
}
