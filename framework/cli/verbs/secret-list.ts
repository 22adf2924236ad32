import { findProject } from '../../stack/project.ts';
import { openSecrets } from '../../stack/secrets/secret-store.ts';
import { secretUsers } from '../../stack/secrets/secret-users.ts';
import type { Call } from '../commands/command-kit.ts';
import { isoTime, relativeTime } from '../format/relative-time.ts';
import { type ListOutput, printList } from '../reporters/print-list.ts';

interface SecretLine {
  readonly name: string;
  /** Milliseconds since the epoch; null for one that is asked for and not there. */
  readonly setAt: number | null;
  /** Stacks and components that name it. */
  readonly usedBy: readonly string[];
}

/** `sluice secret list`: names, never values; also those that a stack asks for and this machine does not have. */
export async function secretListVerb({ invocation, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: ListOutput }>();
  const project = findProject(invocation.cwd, invocation.env);
  const users = await secretUsers(project);
  const kept = await openSecrets(project.home).list();
  const names = new Set([...kept.map(({ name }) => name), ...users.keys()]);
  const items = [...names].sort().map((name): SecretLine => {
    const setAt = kept.find((secret) => secret.name === name)?.setAt ?? null;
    return { name, setAt, usedBy: users.get(name) ?? [] };
  });
  const { out } = invocation.terminal;
  const now = Date.now();
  await printList(
    { items, next: null },
    {
      columns: [
        { header: 'SECRET', text: ({ name }) => name, style: (cell) => out.colors.bold(cell) },
        {
          header: 'SET',
          text: ({ setAt }) => (setAt === null ? 'missing' : relativeTime(setAt, now)),
          style: (cell, { setAt }) => (setAt === null ? out.colors.red(cell) : cell),
        },
        { header: 'USED BY', text: ({ usedBy }) => usedBy.join(', ') || '–', shrinks: true },
      ],
      json: ({ name, setAt, usedBy }) => ({ name, setAt: isoTime(setAt), usedBy }),
      csvFields: ['name', 'setAt', 'usedBy'],
      empty: 'No secrets. sluice secret set NAME keeps one.',
    },
    { channel: out, output },
  );
}
