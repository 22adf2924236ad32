import { relative } from 'node:path';
import { findPipeline, namedPipelines } from '../../stack/find-pipeline.ts';
import { findProject } from '../../stack/project.ts';
import type { Call } from '../commands/command-kit.ts';
import { inputSchema, paramSpecs } from '../params/param-specs.ts';
import { paramsHelp } from '../params/params-help.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import { type ListOutput, printList } from '../reporters/print-list.ts';

/** `sluice pipelines list`: names as the files' text shows them; nothing is imported. */
export async function pipelinesListVerb({ invocation, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: ListOutput }>();
  const { out } = invocation.terminal;
  const project = findProject(invocation.cwd, invocation.env);
  await printList(
    { items: namedPipelines(project), next: null },
    {
      columns: [
        { header: 'PIPELINE', text: ({ name }) => name, style: (cell) => out.colors.bold(cell) },
        { header: 'FILE', text: ({ file }) => relative(invocation.cwd, file), shrinks: true },
      ],
      json: ({ name, file }) => ({ name, source: file }),
      csvFields: ['name', 'source'],
      empty: 'No pipelines. A pipeline is an exported class with @pipeline in a file pipelines/….pipeline.ts.',
    },
    { channel: out, output },
  );
}

/** `sluice pipelines show PIPELINE` */
export async function pipelinesShowVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  if (output !== 'text') invocation.terminal.reserveOut();
  const project = findProject(invocation.cwd, invocation.env);
  const { definition, file } = await findPipeline(args[0] ?? '', { project, cwd: invocation.cwd });
  const schema = inputSchema(definition.params);
  const json = { name: definition.name, source: file, schema };
  const text = (): string[] => [
    `${definition.name} ${invocation.terminal.out.colors.dim(relative(invocation.cwd, file))}`,
    paramsHelp(paramSpecs(schema), [], invocation.terminal.out.colors),
  ];
  await printDocument({ json, text }, { channel: invocation.terminal.out, output });
}
