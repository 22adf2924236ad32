import { type KeptToken, type Role, viewerTokens } from '../../server/security/viewer-tokens.ts';
import { runningViewer } from '../../server/viewer-state.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import { isoTime, relativeTime } from '../format/relative-time.ts';
import { type ListOutput, printList } from '../reporters/print-list.ts';

/** `sluice viewer token create` */
export async function viewerTokenCreateVerb({ invocation, command }: Call): Promise<undefined> {
  const { role, label, output } = command.opts<{
    readonly role: Role;
    readonly label: string;
    readonly output: string;
  }>();
  const { home } = findProject(invocation.cwd, invocation.env);
  const { token, kept } = await viewerTokens(home).create({ role, label });
  const viewer = await runningViewer(home);
  const link = viewer && `${viewer.url}/?token=${token}`;
  const { out } = invocation.terminal;
  if (output === 'json') {
    out.line(JSON.stringify({ id: kept.id, role, label, token, link: link ?? null }));
  } else if (invocation.quiet) {
    out.line(token);
  } else {
    out.line(`Token ${kept.id} (${role}): ${out.colors.bold(token)}`);
    out.line(link ?? 'Put it behind the address of the viewer: /?token=…');
    out.line(out.colors.dim('It is not shown again.'));
  }
}

/** `sluice viewer token list` */
export async function viewerTokenListVerb({ invocation, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: ListOutput }>();
  const { out } = invocation.terminal;
  const now = Date.now();
  const items = await viewerTokens(findProject(invocation.cwd, invocation.env).home).list();
  await printList<KeptToken>(
    { items, next: null },
    {
      columns: [
        { header: 'ID', text: ({ id }) => id, style: (cell) => out.colors.bold(cell) },
        { header: 'ROLE', text: ({ role }) => role },
        { header: 'MADE', text: ({ createdAt }) => relativeTime(createdAt, now) },
        { header: 'LABEL', text: ({ label }) => label || '–', shrinks: true },
      ],
      json: ({ id, role, label, createdAt }) => ({ id, role, label, createdAt: isoTime(createdAt) }),
      csvFields: ['id', 'role', 'label', 'createdAt'],
      empty: 'No tokens. sluice viewer token create makes one.',
    },
    { channel: out, output },
  );
}

/** `sluice viewer token revoke ID…` */
export async function viewerTokenRevokeVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: string }>();
  const tokens = viewerTokens(findProject(invocation.cwd, invocation.env).home);
  for (const id of args) await tokens.revoke(id);
  const { out } = invocation.terminal;
  if (output === 'json') out.line(JSON.stringify({ revoked: args }));
  else if (!invocation.quiet) out.line(`Revoked ${args.join(', ')}.`);
}
