import { createHash, timingSafeEqual } from 'node:crypto';
import { sluiceError } from '../../errors.ts';
import { secretValues } from '../../secret-values.ts';
import type { Gate } from './gate.ts';
import type { Role } from './viewer-tokens.ts';

/** A token that whoever starts the viewer has thought of, as a container's environment hands it over. It is kept in memory alone. */
export interface ChosenToken {
  readonly token: string;
  readonly role: Role;
}

/** Shorter ones are guessed. */
const LEAST_CHARACTERS = 16;
const VARIABLE = 'SLUICE_VIEWER_TOKEN';

/** The token of SLUICE_VIEWER_TOKEN; undefined where that is not set. @throws ERR_VIEWER for one that is too short, or no header can carry. */
export function chosenToken(env: NodeJS.ProcessEnv, role: Role): ChosenToken | undefined {
  const token = env[VARIABLE];
  if (!token) return undefined;
  secretValues.add(token);
  if (token.length >= LEAST_CHARACTERS && /^[\x21-\x7e]+$/.test(token)) return { token, role };
  throw sluiceError('ERR_VIEWER', {
    problem: `The token in ${VARIABLE} is not one to rely on.`,
    fix: `Choose at least ${LEAST_CHARACTERS} letters, digits and signs without a space; openssl rand -hex 32 makes a good one.`,
  });
}

/** What programs that the viewer starts may see: not the token. */
export function withoutToken(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { [VARIABLE]: _, ...rest } = env;
  return rest;
}

/** Lets the chosen token in beside those that were made. */
export function orChosen(
  roleOf: NonNullable<Gate['roleOf']>,
  chosen: ChosenToken | undefined,
): NonNullable<Gate['roleOf']> {
  if (!chosen) return roleOf;
  const hash = hashOf(chosen.token);
  return async (given) => (timingSafeEqual(hash, hashOf(given)) ? chosen.role : roleOf(given));
}

/** Digests have one length, so comparing them tells nothing of the token's. */
const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();
