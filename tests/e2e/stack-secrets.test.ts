import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, project, sluice, startSluice } from './sluice-command.ts';

const CANARY = 'canary/7Qz"x+secret=yes';
/** Every form in which it could leave: as it is, in JSON, in a URL, as base64. */
const FORMS = [
  CANARY,
  JSON.stringify(CANARY).slice(1, -1),
  encodeURIComponent(CANARY),
  Buffer.from(CANARY).toString('base64'),
  Buffer.from(CANARY).toString('hex'),
];

/** A store with a password, which it tells in its error when `broken` is there. */
const STORE = `
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineFlavor, sha256, sluiceError } from 'sluice';
import { z } from 'zod';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';

export default defineFlavor({
  kind: 'artifact_store', name: 'guarded', description: 'a folder with a password',
  options: z.strictObject({ url: z.string(), password: z.string() }), secretOptions: ['password'],
  async open({ password, url }, { projectDir }) {
    if (existsSync(join(projectDir, 'broken'))) {
      throw new Error('login with ' + password + ' refused', { cause: new Error('asked ' + url) });
    }
    const dir = join(projectDir, 'objects');
    mkdirSync(dir, { recursive: true });
    const size = (digest) => statSync(join(dir, digest), { throwIfNoEntry: false })?.size;
    const bytes = (digest) => {
      if (size(digest) === undefined) throw sluiceError('ERR_ARTIFACT_MISSING', { digest, store: dir });
      return readFileSync(join(dir, digest));
    };
    return {
      flavor: 'guarded', location: url, capabilities: { localPaths: false },
      has: async (digest) => size(digest) !== undefined,
      size: async (digest) => size(digest),
      sizes: async (digests) => digests.map(size),
      read: async (digest) => Readable.from([bytes(digest)]),
      readBytes: async (digest) => bytes(digest),
      async write(source) {
        const data = source instanceof Uint8Array ? source : readFileSync(source.file);
        writeFileSync(join(dir, sha256(data)), data);
        return { digest: sha256(data), size: data.length };
      },
      localPath: async () => undefined,
      async *list() { for (const digest of readdirSync(dir)) yield { digest, size: size(digest), modifiedAt: 0 }; },
      remove: async (digest) => rmSync(join(dir, digest), { force: true }),
      checks: () => [{ check: 'login', run: async () => 'logged in with ' + password, hint: 'Ask for ' + password }],
      close: async () => {},
    };
  },
});
`;

/** Steps that happen to hold the password, and say it on every way there is. */
const PIPELINE = `
import { pipeline, step, stepContext } from 'sluice';
import { z } from 'zod';
const said = () => process.env.CANARY;
console.log('at import ' + said());
class Steps {
  @step() async tell(count: number): Promise<{ count: number }> {
    const { log, tracker, progress } = stepContext();
    log.info('a line ' + said(), { field: said(), deep: [{ list: said() }] });
    console.log('console ' + said());
    console.error({ object: said() });
    process.stdout.write('written ' + said() + '\\n');
    tracker.params({ password: said() });
    tracker.tag('tag', said());
    progress({ message: 'at ' + said(), done: 1, total: 2 });
    return { count };
  }
  @step({ isolation: 'process' }) async apart(count: number): Promise<number> {
    console.log('child ' + said());
    process.stdout.write('child wrote ' + said() + '\\n');
    stepContext().log.warn('child ' + said());
    return count + 1;
  }
  @step() async end(count: number, crash: string): Promise<number> {
    if (crash === 'inline') throw new TypeError('no way with ' + said(), { cause: new Error('because of ' + said()) });
    return count;
  }
  @step({ isolation: 'process' }) async endApart(count: number, crash: string): Promise<number> {
    if (crash === 'process') throw new Error('no way with ' + said());
    return count;
  }
}
@pipeline({ name: 'tell', params: z.object({ crash: z.string().default('no') }) })
export class Tell {
  async run({ crash }: { crash: string }) {
    const steps = new Steps();
    const { count } = await steps.tell(1);
    return steps.endApart(await steps.end(await steps.apart(count), crash), crash);
  }
}
`;

let cwd: string;
const env = (): Record<string, string> => ({ CANARY, SLUICE_SECRET_KEY_FILE: join(cwd, 'keys', 'key') });
const outputs: { readonly words: string; readonly ended: Ended }[] = [];

async function command(words: string, more: Record<string, string> = {}): Promise<Ended> {
  const ended = await sluice(words.split(' '), { cwd, env: { ...env(), ...more } });
  outputs.push({ words, ended });
  return ended;
}

beforeAll(async () => {
  cwd = project({
    'guarded.ts': STORE,
    'pipelines/tell.pipeline.ts': PIPELINE,
    'stacks/s.yaml':
      'artifact_store:\n  flavor: ./guarded.ts\n  url: https://user:${secret:pass}@host/x\n  password: ${secret:pass}\nexperiment_tracker: { flavor: local }\n',
  });
  expect((await command('secret set pass --from-env CANARY')).code).toBe(0);
  expect((await command('stack set s')).code).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Names of the outputs and files that hold the canary in any form. */
function leaks(): string[] {
  const printed = outputs
    .filter(({ ended }) => FORMS.some((form) => ended.stdout.includes(form) || ended.stderr.includes(form)))
    .map(({ words }) => words);
  const entries = readdirSync(cwd)
    .filter((name) => name !== 'node_modules')
    .flatMap((name) => {
      const path = join(cwd, name);
      if (!statSync(path).isDirectory()) return [path];
      return readdirSync(path, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name));
    });
  const stored = entries.filter((file) => {
    const bytes = readFileSync(file);
    return FORMS.some((form) => bytes.includes(form) || bytes.includes(Buffer.from(form, 'utf16le')));
  });
  return [...printed, ...stored];
}

describe('a secret', () => {
  it('comes from a pipe as well, is listed by name, and is no argument', async () => {
    const piped = startSluice(['secret', 'set', 'piped'], { cwd, env: env() });
    piped.typed(`${CANARY}\n`);
    const ended = await piped.ended;
    outputs.push({ words: 'secret set piped', ended });
    expect([ended.code, ended.stdout]).toEqual([0, 'Keeps secret piped. A stack names it as ${secret:piped}.\n']);
    const { stdout } = await command('secret list --output json');
    expect(JSON.parse(stdout)).toMatchObject({
      items: [
        { name: 'pass', usedBy: ['stack s'] },
        { name: 'piped', usedBy: [] },
      ],
    });
    const refused = await sluice(['secret', 'set', 'x', 'typed-value'], { cwd, env: env() });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('too many arguments')]);
    expect((await command('secret delete piped')).code).toBe(0);
  });

  it('is in nothing that the commands print or store, whoever says it', async () => {
    expect((await command('run tell --name first')).code).toBe(0);
    expect((await command('run tell --name second --output json --no-cache')).code).toBe(0);
    expect((await command('run tell --name inline --crash inline --debug')).code).toBe(1);
    expect((await command('run tell --name process --crash process --debug --output json')).code).toBe(1);
    for (const words of [
      'plan tell',
      'why latest tell',
      'runs list --output json',
      'runs show first --output json',
      'runs show inline',
      'runs logs first',
      'runs logs process --output json',
      'runs diff first second --output json',
      'artifacts list --output json',
      'cache list --output json',
      'stack list --output json',
      'stack describe s',
      'stack describe s --output yaml',
      'stack status',
      'stack export s',
      'stack export s out.yaml',
      'stack import out.yaml --name t',
      'stack doctor --output json',
      'doctor',
    ]) {
      await command(words);
    }
    expect(outputs.find(({ words }) => words === 'runs logs first')?.ended.stdout).toContain('a line ***');
    expect(outputs.find(({ words }) => words === 'runs logs first')?.ended.stdout).toContain('child wrote ***');
    expect(outputs.find(({ words }) => words === 'stack export s')?.ended.stdout).toContain('${secret:pass}');
    expect(outputs.find(({ words }) => words === 'stack doctor --output json')?.ended.stdout).toContain(
      'logged in with ***',
    );
    expect(leaks()).toEqual([]);
  });

  it('is masked in the errors of the store that it opens', async () => {
    writeFileSync(join(cwd, 'broken'), '');
    try {
      for (const words of [
        'run tell',
        'run tell --output json --debug',
        'runs list --debug',
        'stack status',
        'stack describe',
        'doctor',
      ]) {
        const { stdout, stderr } = await command(words);
        expect(stdout + stderr, words).toContain('login with *** refused');
      }
      expect(leaks()).toEqual([]);
    } finally {
      rmSync(join(cwd, 'broken'));
    }
  });

  it('is in no cache key: with another value everything is a hit', async () => {
    expect((await command('secret set pass --from-env OTHER', { OTHER: 'another-password' })).code).toBe(0);
    const { stdout } = await command('run tell --output json');
    const { steps } = JSON.parse(stdout) as { steps: { status: string }[] };
    expect(steps.map(({ status }) => status)).toEqual(['cached', 'cached', 'cached', 'cached']);
    await command('secret set pass --from-env CANARY');
  });

  it('under another key is an error that names the key', async () => {
    const { code, stderr } = await command('runs list', { SLUICE_SECRET_KEY_FILE: join(cwd, 'keys', 'none') });
    expect([code, stderr]).toEqual([2, expect.stringMatching(/ERR_SECRET_KEY .*none: it does not exist/)]);
  });
});
