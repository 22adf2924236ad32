import type { Call } from '../commands/command-kit.ts';

/** What a shell runs to ask for candidates: the words after `sluice`, the last one as far as it is typed. */
const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `_sluice() {
  local IFS=$'\\n'
  COMPREPLY=($(sluice complete-words -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _sluice sluice`,
  zsh: `#compdef sluice
_sluice() {
  local -a found
  found=("\${(@f)$(sluice complete-words -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "$found" ]]; then compadd -a found; else _files; fi
}
compdef _sluice sluice`,
  fish: `complete -c sluice -a '(sluice complete-words -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'`,
};

/** `sluice completion SHELL` */
export async function completionVerb({ invocation, args }: Call): Promise<undefined> {
  invocation.terminal.out.line(SCRIPTS[args[0] ?? '']);
}
