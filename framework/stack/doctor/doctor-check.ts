import { SluiceError } from '../../errors.ts';
import { secretValues } from '../../secret-values.ts';

/** One thing that was tried. */
export interface DoctorCheck {
  /** `node`, `stack NAME`, a component kind, or a native part: `sharp`, `onnxruntime-node`. */
  readonly subject: string;
  readonly check: string;
  readonly ok: boolean;
  /** What was found: a version, a path, an error. */
  readonly detail: string;
  /** The way out, when it is not ok. */
  readonly hint?: string;
  /** What `--fix` did about it. */
  readonly fixed?: string;
  /** Nothing answered, so that nothing else of it was tried. */
  readonly unreachable?: true;
  readonly ms: number;
}

/** Something to be tried. */
export interface Trial {
  readonly subject: string;
  readonly check: string;
  /** Tries it for real and says what was found. */
  readonly run: () => Promise<string>;
  readonly hint: string;
  readonly fix?: (() => Promise<string>) | undefined;
}

/** Long enough for a server that is waking up; a component that hangs must not hide the others. */
const LONGEST_MS = 30_000;

/** Tries it; where it fails and `fix` is asked for, puts it right and tries again. Never throws. */
export async function tried(trial: Trial, { fix = false }: { readonly fix?: boolean } = {}): Promise<DoctorCheck> {
  const first = await attempt(trial);
  if (first.ok || !fix || !trial.fix) return first;
  const mended = await attempt({ ...trial, run: trial.fix });
  if (!mended.ok) return { ...first, detail: `${first.detail} (the fix failed: ${mended.detail})` };
  return { ...(await attempt(trial)), fixed: mended.detail };
}

async function attempt({ subject, check, run, hint }: Trial): Promise<DoctorCheck> {
  const start = performance.now();
  const done = (facts: Pick<DoctorCheck, 'ok' | 'detail' | 'hint' | 'unreachable'>): DoctorCheck =>
    secretValues.maskDeep({ subject, check, ...facts, ms: performance.now() - start });
  try {
    return done({ ok: true, detail: await within(run) });
  } catch (error) {
    const detail = error instanceof Error ? error.message || error.name : String(error);
    const facts = { ok: false, detail, hint: error instanceof SluiceError ? error.hint : hint };
    return done(isSilence(error) ? { ...facts, unreachable: true } : facts);
  }
}

/** What the system says of a server that is not there, a name nobody knows, a line that leads nowhere. */
const SILENCES = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT']);

function isSilence(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause ? String(cause.code) : '';
    if (code === 'ERR_STORE_UNREACHABLE' || SILENCES.has(code)) return true;
  }
  return error instanceof NoAnswer;
}

class NoAnswer extends Error {}

async function within(run: () => Promise<string>): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new NoAnswer(`no answer within ${LONGEST_MS / 1000} s`)), LONGEST_MS);
  });
  try {
    return await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}
