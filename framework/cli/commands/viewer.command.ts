import { type Command, InvalidArgumentError, Option } from 'commander';
import { LIST_OUTPUTS, outputOption, plainOutputOption, type Verb } from './command-kit.ts';

/** As `framework/server/security/viewer-tokens.ts` has them; the server is loaded when it is used. */
const ROLES = ['read', 'operate'] as const;
const PORT = 7717;

const MOST_PORT = 65_535;

/** @param argv the words after `sluice`. Commander gives a word to the outermost command that knows it, so what serves has no options where a verb below it has its own. */
export function addViewerCommand(program: Command, verb: Verb, argv: readonly string[]): void {
  const viewer = program
    .command('viewer')
    .description('serve the run history as a page; sluice viewer token says who may see it from other machines');
  if (!argv.includes('token')) addServing(viewer, verb);
  addTokenVerbs(viewer, verb);
}

function addServing(viewer: Command, verb: Verb): void {
  viewer
    .option('--port <n>', 'port; 0 takes one that is free', portNumber, PORT)
    .option('--host <address>', 'address to serve on; any but this machine’s own asks for a token', '127.0.0.1')
    .addOption(
      new Option('--token [role]', 'ask for a token here too; makes one and prints the link with it')
        .choices(ROLES)
        .preset('operate'),
    )
    .option('--read-only', 'whoever comes without a token may look, and change nothing')
    .option('--open', 'open it in the browser')
    .addOption(plainOutputOption())
    .addHelpText(
      'after',
      `
It ends with Ctrl-C; runs that were started from it go on. With --quiet it prints the link alone, with --output json one line as soon as it
serves: { "url", "link", "stack", "pid", "wasRunning" }. Where this project's viewer runs on that port already, its link is printed instead.
Where SLUICE_VIEWER_TOKEN is set, that token is asked for; its role is that of --token, operate without it.

Examples:
  sluice viewer --open
  sluice viewer --stack team --port 8080
  sluice viewer --host 0.0.0.0                for others; prints a link with a token
  sluice viewer token create --role read      a further link, for somebody who only looks`,
    )
    .action(verb(async (call) => (await import('../verbs/viewer.ts')).viewerVerb(call)));
}

function addTokenVerbs(viewer: Command, verb: Verb): void {
  const token = viewer.command('token').description('who may look from other machines: create, list, revoke');
  token
    .command('create')
    .description('make a token; it is shown once, and kept as a hash')
    .addOption(
      new Option('--role <role>', 'read: look; operate: also cancel, delete, run').choices(ROLES).default('read'),
    )
    .option('--label <text>', 'what for', '')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/viewer-token.ts')).viewerTokenCreateVerb(call)));
  token
    .command('list')
    .description('list the tokens; never their values')
    .addOption(outputOption(LIST_OUTPUTS, 'table'))
    .action(verb(async (call) => (await import('../verbs/viewer-token.ts')).viewerTokenListVerb(call)));
  token
    .command('revoke <token...>')
    .description('let tokens no longer in, by their ids; pages that are open lose their line at the next request')
    .addOption(plainOutputOption())
    .action(verb(async (call) => (await import('../verbs/viewer-token.ts')).viewerTokenRevokeVerb(call)));
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= MOST_PORT) return port;
  throw new InvalidArgumentError(`Expected a port: 0 to ${MOST_PORT}.`);
}
