import type { Command } from 'commander';
import { plainOutputOption, type Verb } from './command-kit.ts';

export function addDbCommand(program: Command, verb: Verb): void {
  const db = program.command('db').description('the database of the record: migrate, backup');
  db.command('migrate')
    .description('bring the schema to the version of this Sluice (every command does that when it opens the stack)')
    .option('--check', 'change nothing; end with 1 when there is something to do')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/db-migrate.ts')).dbMigrateVerb(call)));
  db.command('backup <file>')
    .description('write the whole record into a new file, as it is at this moment, while runs go on')
    .addHelpText(
      'after',
      `
The file is a SQLite database. To restore it, when nothing runs: put it in the place of the stack's database
(.sluice/sluice.db) and remove what is beside it (sluice.db-wal, sluice.db-shm). It holds no artifacts: those are
files of the artifact store, and never change. Postgres is backed up by pg_dump: the command says how.`,
    )
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/db-backup.ts')).dbBackupVerb(call)));
}
