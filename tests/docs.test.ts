import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERRORS } from '../framework/errors.ts';

const root = resolve(import.meta.dirname, '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Every ```ts block of a Markdown file with the line it begins at. */
const blocks = (file: string): { readonly line: number; readonly code: string }[] => {
  const text = read(file);
  return [...text.matchAll(/^```ts\n(.*?)^```/gms)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    code: match[1]!,
  }));
};

describe('the documentation', () => {
  it('has code blocks that compile as they stand', () => {
    const folder = join(root, 'node_modules', '.cache', 'doc-blocks');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const files = ['README.md', 'ARCHITECTURE.md', 'stacks/README.md'].flatMap((file) =>
      blocks(file).map((block) => ({ file, ...block })),
    );
    expect(files.length).toBeGreaterThan(1);
    for (const { file, line, code } of files) {
      writeFileSync(
        join(folder, `${file.replace('.md', '').replaceAll('/', '-').toLowerCase()}-line-${line}.ts`),
        `${code}\nexport {};\n`,
      );
    }
    writeFileSync(
      join(folder, 'tsconfig.json'),
      JSON.stringify({
        extends: '../../../tsconfig.json',
        compilerOptions: {
          paths: {
            sluice: ['../../../framework/index.ts'],
            'sluice/testing': ['../../../tests/conformance/testing.ts'],
            'sluice/yolo': ['../../../pipelines/yolo.ts'],
          },
          typeRoots: ['../../@types'],
        },
        include: ['*.ts', '../../../steps/yolo/report/echarts-bundle.d.ts'],
        exclude: [],
      }),
    );
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    const said = (() => {
      try {
        return execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    })();
    expect(said).toBe('');
  });

  it('shows the example of a flavor as it stands in stacks/examples', () => {
    expect(blocks('stacks/README.md')[0]?.code).toBe(read('stacks/examples/sqlite-artifacts.ts'));
  });

  it('lists every error code, and no other, in ARCHITECTURE.md', () => {
    const listed = [...read('ARCHITECTURE.md').matchAll(/^\| `(ERR_[A-Z_]+)` \|/gm)].map((match) => match[1]);
    expect(listed.sort()).toEqual(Object.keys(ERRORS).sort());
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const text = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'BENCHMARKS.md'].map(read).join('\n');
    const named = [...text.matchAll(/npm run ([a-z][a-z:-]*)/g)].map((match) => match[1]!);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});
