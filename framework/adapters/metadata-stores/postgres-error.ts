import { type SluiceError, sluiceError } from '../../errors.ts';

/** SQLSTATE classes and codes (https://www.postgresql.org/docs/current/errcodes-appendix.html), Node's system codes, and pg's words where it has no code. */
const LOST = /^(08...|57P01|57P02|57P05|25P03|ECONNRESET|EPIPE|ETIMEDOUT)$/;
const LOST_WORDS =
  /^(Connection terminated|Query read timeout|Client has encountered a connection error|Client was closed)/;
const NOT_THERE = /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|57P03|53300)$/;
const NOT_THERE_WORDS = /^(timeout expired|timeout exceeded when trying to connect)/;
/** Serialization failure, deadlock, and an object that someone made at the same moment. */
const COLLISION = /^(40001|40P01)$/;
const BUSY = /^(55P03|57014)$/;
const TLS = /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_|CERT_|ERR_TLS_|ERR_SSL_|EPROTO)/;

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Happy eyeballs: one error for several addresses tried. */
const firstOf = (error: unknown): unknown => (error instanceof AggregateError ? (error.errors[0] ?? error) : error);

/** The connection is gone: what it had under way may have happened or not. */
export const isConnectionLost = (error: unknown): boolean =>
  LOST.test(codeOf(error)) || LOST_WORDS.test(wordsOf(error));

/** The server is there but does not take connections yet, or not now. */
export const isStarting = (error: unknown): boolean => codeOf(error) === '57P03';

/** May go well if it is tried again soon. */
export function isTransient(fault: unknown): boolean {
  const error = firstOf(fault);
  const [code, words] = [codeOf(error), wordsOf(error)];
  return isConnectionLost(error) || NOT_THERE.test(code) || NOT_THERE_WORDS.test(words) || COLLISION.test(code);
}

export const isMissingTable = (error: unknown): boolean => codeOf(error) === '42P01';

/** Who is asked and where, without credentials. */
export interface PostgresPlace {
  readonly location: string;
  readonly database: string;
  readonly user: string;
  readonly schema: string;
}

/**
 * What `pg` threw, in words and with the way out; faults of ours come back as they are.
 * @param seconds how long it was tried.
 */
export function postgresError(fault: unknown, place: PostgresPlace, seconds: number): unknown {
  const error = firstOf(fault);
  const refusal = refusalOf(error, place);
  const { location } = place;
  const [code, words] = [codeOf(error), wordsOf(error)];
  if (refusal) {
    return sluiceError('ERR_STORE_OPEN', { store: 'postgres', path: location, ...refusal }, fault);
  }
  if (isTransient(error) && !COLLISION.test(code)) {
    const reason = code === 'ECONNREFUSED' ? 'no server listens there' : words;
    return sluiceError(
      'ERR_STORE_UNREACHABLE',
      { store: 'postgres', location, action: 'be reached', reason, seconds: Math.round(seconds) },
      fault,
    );
  }
  return busyOrFull(error, location) ?? fault;
}

function busyOrFull(error: unknown, location: string): SluiceError | undefined {
  const code = codeOf(error);
  if (BUSY.test(code) || COLLISION.test(code)) {
    return sluiceError('ERR_STORE_BUSY', { store: 'postgres', location, reason: wordsOf(error) }, error);
  }
  const reasons: Readonly<Record<string, string>> = {
    '53100': 'no space left on the disk of the server',
    '25006': 'the server is read-only: a standby, or one that was told so',
  };
  const reason = reasons[code];
  return reason === undefined
    ? undefined
    : sluiceError('ERR_STORE_WRITE', { store: 'postgres', path: location, reason }, error);
}

interface Refusal {
  readonly reason: string;
  readonly fix: string;
}

/** What no second try mends: the server, or the way to it, says no. */
function refusalOf(error: unknown, { database, user, schema }: PostgresPlace): Refusal | undefined {
  const [code, words] = [codeOf(error), wordsOf(error)];
  switch (code) {
    case '28P01':
      return {
        reason: `the password for user ${user} is wrong`,
        fix: 'Set the right one: sluice secret set NAME, the name that the component gives after "secret:".',
      };
    case '28000':
      return {
        reason: words,
        fix: `Ask for user ${user} to be let in from this machine (pg_hba.conf on the server), or change user or tls of the component.`,
      };
    case '3D000':
      return {
        reason: `there is no database ${database}`,
        fix: `Have someone with the right to do so run: create database "${database}" owner "${user}";`,
      };
    case '42501':
      return {
        reason: `user ${user} may not use schema ${schema} (${words})`,
        fix: `Have the owner of database ${database} run: create schema if not exists "${schema}" authorization "${user}";`,
      };
    case 'ENOTFOUND':
      return { reason: 'no machine has that name', fix: 'Correct the host of the component.' };
    default:
      return tlsRefusal(code, words);
  }
}

function tlsRefusal(code: string, words: string): Refusal | undefined {
  if (words.startsWith('The server does not support SSL')) {
    return {
      reason: 'the server does not speak TLS',
      fix: 'Turn it on there (ssl = on), or set tls: disable in the component where the network is trusted.',
    };
  }
  if (!TLS.test(code)) return undefined;
  return {
    reason: `its certificate is not trusted: ${words}`,
    fix: 'Give the certificate of its authority as ca, or set tls: require to encrypt without checking who answers.',
  };
}
