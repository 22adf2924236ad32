import type { GitState } from '../../server/api/run.ts';

export interface CommitProps {
  readonly git: GitState | null;
  /** Changes as a sign: there is no room for the word. */
  readonly isShort?: boolean;
  /** All of its name. */
  readonly isWhole?: boolean;
}

/** The commit that a run was started from, and whether that is all of its code. */
export function Commit({ git, isShort = false, isWhole = false }: CommitProps) {
  if (!git) return <span className="muted">–</span>;
  const title = git.dirty ? `${git.commit}, with changes that are not committed` : git.commit;
  return (
    <span title={title}>
      <code>{isWhole ? git.commit : git.commit.slice(0, 7)}</code>
      {git.dirty && (
        <span className="commit-dirty">
          {isShort ? ' +' : ' + changes'}
          {isShort && <span className="hidden-but-read">changes</span>}
        </span>
      )}
    </span>
  );
}
