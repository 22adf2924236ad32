import { expect } from 'vitest';
import type { Case } from '../conformance.ts';
import { NOON, sampleCommit, sampleRun, sampleStep } from '../metadata-store/sample-records.ts';
import type { ViewerServerSubject } from './subject.ts';

/** What stands in any place. */
const ANY = ['', ',', '\0', "' or 1=1 --", '../../etc/passwd', '-1', '2147483648', '99999999999999999999'];
const MARKS = [
  '1~x',
  '1.5~x',
  '"word"~x',
  '1e999~x',
  '99999999999999999999~x',
  '1~99999999999~x',
  '99999999999999999999~1~x',
  '1~1~\0',
];
const TIMES = ['99999999999d', '0.0001s', '1e9w', '9999999-01-01'];
const FILTERS = [
  ...TIMES.map((time) => `since:${time}`),
  'duration>99999999999999w',
  'duration<0.0001s',
  'params.epochs>1e999',
  'params.\0:\0',
  'name:\0',
  'status:,',
];
/** By the name of what they are given for. */
const MORE: Readonly<Record<string, readonly string[]>> = {
  after: MARKS,
  before: MARKS,
  since: TIMES,
  filter: FILTERS,
  text: FILTERS,
};

interface Parameter {
  readonly name: string;
  readonly in: string;
}

interface Paths {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly parameters?: readonly Parameter[] }>>>>;
}

/** Every address that is read, by the server's own description, with what it may be asked with. */
async function reads(server: ViewerServerSubject): Promise<readonly { path: string; names: readonly string[] }[]> {
  const { paths } = (await (await server.get('/api/openapi.json')).json()) as Paths;
  return Object.entries(paths).flatMap(([path, { get }]) => {
    const names = (get?.parameters ?? []).filter((one) => one.in === 'query').map(({ name }) => name);
    return get ? [{ path, names }] : [];
  });
}

async function fill({ stack: { metadataStore } }: ViewerServerSubject): Promise<string> {
  await metadataStore.createRun(sampleRun('run-1'), [sampleStep('run-1', 'load')]);
  const commit = sampleCommit('run-1', 'load');
  await metadataStore.commit(commit);
  await metadataStore.appendLogs('run-1/load', 1, [{ time: NOON, level: 'info', source: 'log', message: 'hello' }]);
  return commit.artifacts[0]?.digest ?? '';
}

export const HOSTILE_CASES: readonly Case<ViewerServerSubject>[] = [
  [
    'has an answer to whatever it is asked, and no fault of its own',
    async (server) => {
      const digest = await fill(server);
      const known: Readonly<Record<string, string>> = { ref: 'run-1', node: 'load', name: 'hello', digest };
      for (const { path, names } of await reads(server)) {
        const there = path.replace(/\{(\w+)\}/g, (_, name: string) => known[name] ?? '');
        const asked = [
          ...ANY.map((value) => path.replace(/\{\w+\}/g, encodeURIComponent(value))),
          ...names.flatMap((name) =>
            [...ANY, ...(MORE[name] ?? [])].map((value) => `${there}?${name}=${encodeURIComponent(value)}`),
          ),
        ];
        for (const address of new Set(asked)) {
          const answer = await server.get(address);
          await answer.body?.cancel();
          expect([answer.status < 500, server.faults], address).toEqual([true, []]);
        }
      }
    },
  ],
  [
    'takes any text that a note, a name or a tag may be, and keeps it',
    async (server) => {
      await fill(server);
      const change = { notes: 'a\0b\ud800', name: "'; drop table run --", tags: ['<b>', '\\', '%_'] };
      expect((await server.send('PATCH', '/api/runs/run-1', change)).status).toBe(200);
      expect(await (await server.get('/api/runs/run-1')).json()).toMatchObject({
        name: change.name,
        tags: change.tags,
      });
      for (const body of [{ tags: [''] }, { name: '' }, { name: 'x'.repeat(201) }, { notes: 1 }, [], null, 'text']) {
        expect((await server.send('PATCH', '/api/runs/run-1', body)).status, JSON.stringify(body)).toBe(400);
      }
      const deep = `{"params":{"x":${'['.repeat(50_000)}${']'.repeat(50_000)}}}`;
      const begun = await server.app.request('http://127.0.0.1:7717/api/pipelines/hello/runs', {
        method: 'POST',
        headers: { host: '127.0.0.1:7717', 'content-type': 'application/json' },
        body: deep,
      });
      expect(begun.status).toBeLessThan(500);
      expect(server.faults).toEqual([]);
    },
  ],
];
