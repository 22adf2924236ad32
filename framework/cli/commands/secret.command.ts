import type { Command } from 'commander';
import { LIST_OUTPUTS, outputOption, plainOutputOption, type Verb } from './command-kit.ts';

export function addSecretCommand(program: Command, verb: Verb): void {
  const secret = program
    .command('secret')
    .description('passwords and keys that stacks name as ${secret:NAME}: set, list, delete');
  secret
    .command('set <secret>')
    .description('keep a value, encrypted, on this machine; asked for, or read from a pipe')
    .option('--from-env <variable>', 'take the value from this environment variable')
    .addOption(plainOutputOption())
    .addHelpText(
      'after',
      `
The value is no argument: it would stay in the history of the shell. AES-256-GCM under a key of yours outside the
project (~/.config/sluice/key; SLUICE_SECRET_KEY_FILE names another), in .sluice/secrets.json.

Examples:
  sluice secret set minio-key
  pass show minio | sluice secret set minio-key
  sluice secret set minio-key --from-env MINIO_KEY`,
    )
    .action(verb(async (call) => (await import('../verbs/secret-set.ts')).secretSetVerb(call)));
  secret
    .command('list')
    .description('list the names of secrets, and what uses them; values are never shown')
    .addOption(outputOption(LIST_OUTPUTS, 'table'))
    .action(verb(async (call) => (await import('../verbs/secret-list.ts')).secretListVerb(call)));
  secret
    .command('delete <secret...>')
    .description('forget secrets; one that a stack or component names only with --force')
    .option('--force', 'although something names them')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/secret-delete.ts')).secretDeleteVerb(call)));
}
