import { COMPONENT_KINDS } from '../../stack/component-kind.ts';
import { findProject } from '../../stack/project.ts';
import { activeStackName, readStackConfig } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import { withStack } from './with-stack.ts';

/** `sluice stack describe [STACK]`: its file, and where its components really are. */
export async function stackDescribeVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  const channel = invocation.terminal.out;
  const { colors } = channel;
  const project = findProject(invocation.cwd, invocation.env);
  const active = activeStackName(project, invocation.stack, invocation.env);
  const name = args[0] ?? active;
  const config = await readStackConfig(project, name);
  await withStack({ ...invocation, stack: name }, async (stack) => {
    const locations: Readonly<Record<string, string>> = {
      artifact_store: stack.artifactStore.location,
      metadata_store: stack.metadataStore.location,
    };
    const schema = await stack.metadataStore.schemaVersion();
    const components = COMPONENT_KINDS.map((kind) => {
      const { flavor, options } = config.components[kind];
      return { kind, flavor, options, location: locations[kind] ?? null };
    });
    const json = {
      name,
      active: name === active,
      description: config.description ?? null,
      file: config.file ?? null,
      home: stack.home,
      maxParallel: stack.orchestrator.maxParallel,
      schemaVersion: schema,
      components,
    };
    const text = (): string[] => [
      `${colors.bold(name)}${name === active ? colors.green(' (active)') : ''}${config.description ? `: ${config.description}` : ''}`,
      `${colors.dim('file'.padEnd(20))} ${config.file ?? 'none: the embedded stack'}`,
      ...components.map(({ kind, flavor, options, location }) => {
        const more = Object.keys(options).length > 0 ? ` ${colors.dim(JSON.stringify(options))}` : '';
        return `${colors.dim(kind.padEnd(20))} ${flavor}${location === null ? '' : ` at ${location}`}${more}`;
      }),
      `${colors.dim('steps at a time'.padEnd(20))} ${stack.orchestrator.maxParallel}`,
      `${colors.dim('schema version'.padEnd(20))} ${schema}`,
    ];
    await printDocument({ json, text }, { channel, output });
  });
}
