import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';

const command = resolve(import.meta.dirname, '../../bin/sluice.js');
const pipeline = (name: string, more = ''): string =>
  `import { pipeline, step } from 'sluice';
class Steps { @step() async one(): Promise<{ text: string }> { return { text: '${name}' }; } }
@pipeline({ name: '${name}' }) export class P { async run() { return new Steps().one(); } }
${more}`;
const FILES = {
  'package.json': '{ "type": "module" }',
  'pipelines/01-alpha.pipeline.ts': pipeline('alpha'),
  'pipelines/other.pipeline.ts': pipeline('beta'),
  'pipelines/noisy.pipeline.ts': pipeline('gamma', "throw new Error('imported without need');"),
  'pipelines/broken.pipeline.ts': "import { pipeline } from 'sluice';\nconst name = = 'delta';",
};

function project(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-pipelines-')));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  }
  return dir;
}

async function sluice(
  cwd: string,
  ...args: readonly string[]
): Promise<{ stdout: string; stderr: string; code: number }> {
  try {
    return { ...(await promisify(execFile)(process.execPath, [command, ...args], { cwd })), code: 0 };
  } catch (error) {
    return error as { stdout: string; stderr: string; code: number };
  }
}
const ran = async (cwd: string, reference: string): Promise<unknown> => {
  const { stdout, stderr, code } = await sluice(cwd, 'run', reference, '--output', 'json');
  return code === 0 ? (JSON.parse(stdout) as { run: { pipeline: string } }).run.pipeline : `${code} ${stderr}`;
};

describe('pipelines', () => {
  it('are found by file name, by the name in the text, by path, and from a folder below', async () => {
    const dir = project();
    expect(await ran(dir, 'alpha')).toBe('alpha');
    expect(await ran(dir, 'beta')).toBe('beta');
    expect(await ran(dir, 'pipelines/other.pipeline.ts')).toBe('beta');
    expect(await ran(join(dir, 'pipelines'), 'alpha')).toBe('alpha');
    expect(await ran(join(dir, 'pipelines'), './other.pipeline.ts#beta')).toBe('beta');
  });

  it('that are not exported are pointed out, by name and by path', async () => {
    const dir = project();
    writeFileSync(join(dir, 'pipelines/hidden.pipeline.ts'), pipeline('hidden').replace('export class P', 'class P'));
    const named = await sluice(dir, 'run', 'hidden');
    expect(named.code).toBe(2);
    expect(named.stderr).toContain('A file has the name, but exports no such class.');
    const { stderr } = await sluice(dir, 'run', 'pipelines/hidden.pipeline.ts');
    expect(stderr).toMatch(/There is no pipeline in \S+hidden\.pipeline\.ts\./);
    expect(stderr).toContain('A pipeline is an exported class with @pipeline');
  });

  it('come with Sluice, too', async () => {
    expect(await ran(project(), 'hello')).toBe('hello');
  });

  it('that do not exist are a sentence with the nearest name', async () => {
    const { stderr, code } = await sluice(project(), 'run', 'alpa');
    expect(code).toBe(2);
    expect(stderr).toMatch(/ERR_PIPELINE_NOT_FOUND/);
    expect(stderr).toMatch(/alpha/);
  });

  it('with a syntax error say where', async () => {
    const { stderr, code } = await sluice(project(), 'run', 'pipelines/broken.pipeline.ts');
    expect(code).toBe(2);
    expect(stderr).toContain('ERR_SOURCE_SYNTAX');
    expect(stderr).toMatch(/broken\.pipeline\.ts:2:14/);
  });
});
