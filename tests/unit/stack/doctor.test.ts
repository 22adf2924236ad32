import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { doctor } from '../../../framework/stack/doctor/doctor.ts';
import { projectWith, withSecretKey } from './project-with.ts';

/** A store that works once its folder `bucket` is there, and tells its password in its error. */
const STORE = `
  import { existsSync, mkdirSync } from 'node:fs';
  import { join } from 'node:path';
  const options = { safeParse: (data) => ({ success: true, data }), shape: {} };
  export default { kind: 'artifact_store', name: 'mine', description: 'x', options, open: async ({ password }, { projectDir }) => {
    const bucket = join(projectDir, 'bucket');
    const objects = new Map();
    const need = () => { if (!existsSync(bucket)) throw new Error('no bucket for ' + password); };
    return {
      flavor: 'mine', location: bucket, capabilities: { localPaths: false },
      has: async (digest) => objects.has(digest),
      write: async (bytes) => { need(); objects.set('d', bytes); return { digest: 'd', size: bytes.length }; },
      readBytes: async (digest) => objects.get(digest),
      remove: async (digest) => void objects.delete(digest),
      checks: () => [{ check: 'version', run: async () => { need(); return '1'; }, hint: 'x' }, { check: 'bucket', run: async () => { need(); return 'there'; }, hint: 'Make it.', fix: async () => { mkdirSync(bucket); return 'made it'; } }],
      close: async () => {},
    };
  } };
`;
const FILES = {
  'mine.mjs': STORE,
  'stacks/s.yaml':
    'artifact_store: { flavor: ./mine.mjs, password: "${secret:pass}" }\nexperiment_tracker: { flavor: none }\n',
};

describe('the doctor', () => {
  it('finds nothing wrong with the embedded stack, and leaves nothing behind', async () => {
    const project = projectWith();
    const checks = await doctor({ project, machine: false });
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(checks.map(({ subject, check }) => `${subject} ${check}`)).toEqual(
      expect.arrayContaining([
        'metadata_store schema version',
        'metadata_store latency',
        'artifact_store writes, reads, removes',
        'artifact_store latency',
        'experiment_tracker opens',
      ]),
    );
    expect(checks.find(({ check }) => check === 'schema version')?.detail).toMatch(/version \d+ at .*sluice\.db/);
  });

  it('tries the others when one component is broken, each by itself', async () => {
    const project = projectWith({
      'stacks/s.yaml': 'metadata_store: { flavor: sqlite, path: blocked/x.db }\nartifact_store: { flavor: locl }\n',
      blocked: 'a file where a folder would be',
    });
    const checks = await doctor({ project, stack: 's', machine: false });
    const failed = checks.filter(({ ok }) => !ok).map(({ subject, check }) => `${subject} ${check}`);
    expect(failed).toContain('artifact_store opens');
    expect(failed.some((what) => what.startsWith('metadata_store'))).toBe(true);
    // The tracker of this stack writes beside the runs: it says that, not something else.
    expect(checks.find(({ subject }) => subject === 'orchestrator')?.ok).toBe(true);
    expect(checks.every(({ ok, hint }) => ok || (hint ?? '') !== '')).toBe(true);
  });

  it('says what to do, puts it right with --fix, and tries again; a secret in an error is masked', async () => {
    const project = projectWith(FILES);
    withSecretKey(project);
    const { openSecrets } = await import('../../../framework/stack/secrets/secret-store.ts');
    const missing = await doctor({ project, stack: 's', machine: false });
    expect(missing.find(({ ok }) => !ok)).toMatchObject({
      subject: 'artifact_store',
      check: 'opens',
      hint: expect.stringContaining('sluice secret set pass'),
    });
    await openSecrets(project.home).set('pass', 'canary-of-the-doctor');
    const before = await doctor({ project, stack: 's', machine: false });
    expect(before.find(({ check }) => check === 'bucket')).toMatchObject({
      ok: false,
      detail: 'no bucket for ***',
      hint: 'Make it.',
    });
    const fixed = await doctor({ project, stack: 's', machine: false, fix: true });
    expect(fixed.filter(({ ok }) => !ok)).toEqual([]);
    expect(fixed.find(({ check }) => check === 'bucket')).toMatchObject({
      ok: true,
      detail: 'there',
      fixed: 'made it',
    });
    expect(
      (await doctor({ project, stack: 's', machine: false })).find(({ check }) => check === 'bucket')?.fixed,
    ).toBeUndefined();
  });

  it('says so when the stack itself can not be read', async () => {
    const project = projectWith({ 'stacks/s.yaml': 'artifact_store: [' });
    mkdirSync(join(project.dir, '.sluice'), { recursive: true });
    writeFileSync(join(project.dir, '.sluice', 'active-stack'), 's\n');
    const checks = await doctor({ project, machine: false });
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ subject: 'stack s', ok: false, detail: expect.stringContaining('s.yaml') });
  });
});
