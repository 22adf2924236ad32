import type { Context, MiddlewareHandler } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { sluiceError } from '../../errors.ts';
import type { Gate } from './gate.ts';
import type { Role } from './viewer-tokens.ts';

/** What a request carries once it was let in. */
export interface Admitted {
  readonly Variables: { readonly role: Role };
}

const TOKEN_DAYS = 30;
const DAY_S = 24 * 3600;
const READS = new Set(['GET', 'HEAD']);

/**
 * Decides whether a request may come in, before anything looks at what it asks for.
 *
 * - Host: a page of another site that has its name point to this address (DNS rebinding) is told apart by the name it uses.
 * - Token, where one is needed: from the cookie, a bearer header, or once from `?token=`, which is then put into a cookie and out of the address.
 * - Writes: only from this very origin, as JSON, which no foreign page can send without asking first; and only by who may operate.
 */
export const checkRequest =
  (gate: Gate): MiddlewareHandler<Admitted> =>
  async (c, next) => {
    if (gate.hosts && !gate.hosts.has((c.req.header('host') ?? '').toLowerCase())) {
      throw refused(
        421,
        'This server does not answer to that host name.',
        'Use the address that `sluice viewer` printed.',
      );
    }
    const given = c.req.query('token');
    if (gate.roleOf && given !== undefined && READS.has(c.req.method)) return logIn(c, gate, given);
    const role = await roleOf(c, gate);
    c.set('role', role);
    if (!READS.has(c.req.method)) checkWrite(c, role);
    await next();
  };

/** A request that is refused for what it is; `status` is that of the answer. */
export class Refusal extends Error {
  readonly status: 401 | 403 | 413 | 415 | 421;
  constructor(status: Refusal['status'], cause: Error) {
    super(cause.message, { cause });
    this.status = status;
  }
}

export const refused = (status: Refusal['status'], problem: string, fix: string): Refusal =>
  new Refusal(status, sluiceError('ERR_VIEWER_REFUSED', { problem, fix }));

async function logIn(c: Context<Admitted>, gate: Gate, token: string): Promise<Response> {
  if (!(await gate.roleOf?.(token))) throw unknownToken();
  setCookie(c, gate.cookie, token, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    maxAge: TOKEN_DAYS * DAY_S,
    secure: new URL(c.req.url).protocol === 'https:',
  });
  const { pathname, searchParams } = new URL(c.req.url);
  searchParams.delete('token');
  const query = searchParams.toString();
  // One slash at the beginning: `//elsewhere` would be another host.
  return c.redirect(`${pathname.replace(/^[/\\]+/, '/')}${query === '' ? '' : `?${query}`}`, 303);
}

async function roleOf(c: Context<Admitted>, gate: Gate): Promise<Role> {
  if (!gate.roleOf) return gate.openRole;
  const bearer = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
  const token = bearer ?? getCookie(c, gate.cookie);
  const role = token === undefined ? undefined : await gate.roleOf(token);
  if (role) return role;
  if (token !== undefined) throw unknownToken();
  throw refused(
    401,
    'This viewer needs a token.',
    'Open the link that `sluice viewer` printed, or make one: sluice viewer token create.',
  );
}

const unknownToken = (): Refusal =>
  refused(401, 'This token is not known here, or was revoked.', 'Make a new one: sluice viewer token create.');

function checkWrite(c: Context<Admitted>, role: Role): void {
  const site = c.req.header('sec-fetch-site');
  const origin = c.req.header('origin');
  const isForeign =
    (site !== undefined && site !== 'same-origin') || (origin !== undefined && hostOf(origin) !== c.req.header('host'));
  if (isForeign) throw refused(403, 'A page of another origin may not change anything here.', 'Use the viewer itself.');
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw refused(415, 'What changes something is sent as JSON.', 'Send the header content-type: application/json.');
  }
  if (role !== 'operate') {
    throw refused(
      403,
      'This token may look, and change nothing.',
      'Ask for one with the role operate: sluice viewer token create --role operate.',
    );
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
