import { Argument, type Command } from 'commander';
import type { Verb } from './command-kit.ts';

export function addCompletionCommand(program: Command, verb: Verb): void {
  program
    .command('completion')
    .description('print a script that teaches your shell to complete sluice commands')
    .addArgument(new Argument('<shell>', 'your shell').choices(['bash', 'zsh', 'fish']))
    .addHelpText(
      'after',
      `
  bash   echo 'eval "$(sluice completion bash)"' >> ~/.bashrc
  zsh    echo 'eval "$(sluice completion zsh)"' >> ~/.zshrc
  fish   sluice completion fish > ~/.config/fish/completions/sluice.fish`,
    )
    .action(verb(async (call) => (await import('../verbs/completion.ts')).completionVerb(call)));
  program
    .command('complete-words [words...]', { hidden: true })
    .description('what can follow these words; called by the completion scripts')
    .allowUnknownOption()
    .helpOption(false)
    .action(verb(async (call) => (await import('../verbs/complete-words.ts')).completeWordsVerb(call)));
}
