import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryRef, FileRef, pipeline, step, stepContext } from 'sluice';
import { expect } from 'vitest';
import { Artifact, ArtifactPage } from '../../../framework/server/api/artifact.ts';
import { runPipeline } from '../../unit/executor/open-test-stack.ts';
import type { Case } from '../conformance.ts';
import { read } from './read-answer.ts';
import type { ViewerServerSubject } from './subject.ts';

/** Longer than what is read to tell what a file is, so that a range is of bytes that were not looked at. */
const BYTES = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31) % 251));

class Steps {
  @step() async write(): Promise<{ blob: FileRef; page: FileRef; notes: FileRef; folder: DirectoryRef }> {
    const { workDir } = stepContext();
    const files = { 'blob.bin': BYTES, 'page.html': '<h1>page</h1>', 'notes.md': '# notes' };
    for (const [name, content] of Object.entries(files)) await writeFile(join(workDir, name), content);
    const [blob, page, notes] = Object.keys(files).map((name) => FileRef.of(join(workDir, name)));
    return { blob: blob!, page: page!, notes: notes!, folder: DirectoryRef.of(workDir) };
  }
}

@pipeline({ name: 'files' })
class Files {
  run() {
    return new Steps().write();
  }
}

async function digests(server: ViewerServerSubject): Promise<Readonly<Record<string, string>>> {
  await runPipeline(Files, {}, { stack: server.stack });
  const { items } = await read(server, '/api/artifacts?limit=100', ArtifactPage);
  return Object.fromEntries(items.map(({ field, digest }) => [field, digest]));
}

const bytesOf = async (answer: Response): Promise<Buffer> => Buffer.from(await answer.arrayBuffer());

export const CONTENT_CASES: readonly Case<ViewerServerSubject>[] = [
  [
    'gives out bytes whole and in ranges',
    async (server) => {
      const { blob = '', folder = '' } = await digests(server);
      for (const path of [`/api/artifacts/${blob}/content`, `/api/artifacts/${folder}/content?path=blob.bin`]) {
        const whole = await server.get(path);
        expect([whole.status, whole.headers.get('accept-ranges')]).toEqual([200, 'bytes']);
        expect((await bytesOf(whole)).equals(BYTES)).toBe(true);
        const ranges = { 'bytes=0-9': [0, 10], 'bytes=290000-': [290_000, 300_000], 'bytes=-7': [299_993, 300_000] };
        for (const [range, [from, to]] of Object.entries(ranges)) {
          const part = await server.get(path, { range });
          expect([part.status, part.headers.get('content-range')], range).toEqual([
            206,
            `bytes ${from}-${to! - 1}/300000`,
          ]);
          expect(part.headers.get('content-security-policy')).toMatch(/^sandbox;/);
          expect((await bytesOf(part)).equals(BYTES.subarray(from, to)), range).toBe(true);
        }
        const behind = await server.get(path, { range: 'bytes=300000-' });
        expect([behind.status, behind.headers.get('content-range')]).toEqual([416, 'bytes */300000']);
      }
    },
  ],
  [
    'gives out the whole where a range is none, is several, or is of other bytes',
    async (server) => {
      const { blob = '' } = await digests(server);
      const path = `/api/artifacts/${blob}/content`;
      const status = async (headers: Record<string, string>): Promise<number> => {
        const answer = await server.get(path, headers);
        await answer.body?.cancel();
        return answer.status;
      };
      for (const range of ['bytes=9-0', 'bytes=0-1,4-5', 'lines=0-1', 'bytes=-', 'bytes=a-b', 'bytes=']) {
        expect(await status({ range }), range).toBe(200);
      }
      expect(await status({ range: 'bytes=0-1', 'if-range': `"${blob}"` })).toBe(206);
      expect(await status({ range: 'bytes=0-1', 'if-range': '"other"' })).toBe(200);
      expect(await status({ 'if-none-match': `"${blob}"` })).toBe(304);
    },
  ],
  [
    'tells of bytes without giving them out',
    async (server) => {
      const { blob = '' } = await digests(server);
      const head = await server.app.request(`http://127.0.0.1:7717/api/artifacts/${blob}/content`, {
        method: 'HEAD',
        headers: { host: '127.0.0.1:7717' },
      });
      expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '300000', '']);
    },
  ],
  [
    'shows what files are by their kinds',
    async (server) => {
      const { page = '', notes = '', blob = '', folder = '' } = await digests(server);
      const shown = async (digest: string) => (await read(server, `/api/artifacts/${digest}`, Artifact)).preview;
      expect(await shown(page)).toEqual({ kind: 'html', url: `/api/artifacts/${page}/content?show=1` });
      expect(await shown(notes)).toEqual({ kind: 'markdown', text: '# notes', truncated: false });
      expect((await shown(blob)).kind).toBe('none');
      const inside = await server.get(`/api/artifacts/${folder}/preview?path=notes.md`);
      expect(await inside.json()).toEqual({ kind: 'markdown', text: '# notes', truncated: false });
      expect((await server.get(`/api/artifacts/${folder}/preview?path=../notes.md`)).status).toBe(404);
    },
  ],
];
