import { execFile } from 'node:child_process';

/** A diff tells what was tried, and what is longer nobody reads; a generated file must not fill the record. */
const LONGEST_BYTES = 256 * 1024;
/** A repository so big that git takes longer is no reason for a run to end later. */
const PATIENCE_MS = 2000;

/**
 * Only what git knows: its ignored and its new files stay out. `.env*` may hold secrets even where somebody has committed it. Nothing that the
 * repository configures is started (external diffs, text conversions, a file system monitor), and its index is not written.
 */
const COMMAND = [
  '--no-optional-locks',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'core.quotePath=false',
  'diff',
  '--no-color',
  '--no-ext-diff',
  '--no-textconv',
  'HEAD',
  '--',
  ':(top)',
  ':(top,exclude,glob)**/.env*',
  ':(top,exclude,glob)**/.env*/**',
];

export interface GitDiff {
  /** Empty when the files are those of the commit. */
  readonly text: string;
  /** There was more of it; what is kept ends with a whole line. */
  readonly isCut: boolean;
}

/** How the files around a folder differ from the commit that is checked out. Undefined when git is not there, is slow, or refuses. */
export function gitDiff(folder: string): Promise<GitDiff | undefined> {
  return new Promise((resolve) => {
    const options = { cwd: folder, maxBuffer: LONGEST_BYTES, timeout: PATIENCE_MS, windowsHide: true };
    execFile('git', COMMAND, options, (error, stdout) => {
      if (!error) resolve({ text: stdout, isCut: false });
      else if (error.code === ('ERR_CHILD_PROCESS_STDIO_MAXBUFFER' as unknown)) resolve(cut(stdout));
      else resolve(undefined);
    });
  });
}

const cut = (text: string): GitDiff => ({ text: text.slice(0, text.lastIndexOf('\n') + 1), isCut: true });
