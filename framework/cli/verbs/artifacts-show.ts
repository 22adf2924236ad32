import { stackIo } from '../../executor/stack-services.ts';
import type { Call } from '../commands/command-kit.ts';
import { isoTime, relativeTime } from '../format/relative-time.ts';
import { sizeText } from '../format/size.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import { findArtifact } from '../views/find-artifact.ts';
import { withStack } from './with-stack.ts';

/** `sluice artifacts show ARTIFACT` */
export async function artifactsShowVerb({ invocation, args, command }: Call): Promise<undefined> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  const channel = invocation.terminal.out;
  const { colors } = channel;
  await withStack(invocation, async (stack) => {
    const { artifact, made } = await findArtifact(stack.metadataStore, args[0] ?? '');
    const { digest, format, version, size, name } = artifact;
    const stored = await stack.artifactStore.has(digest);
    const preview = stored ? await stackIo(stack).preview(artifact) : undefined;
    const pin = (await stack.metadataStore.pins()).find((one) => one.artifact.digest === digest);
    const madeBy = made.map(({ step, field, runId, stepRunId, createdAt }) => ({
      step,
      field,
      runId,
      stepRunId,
      createdAt,
    }));
    const json = {
      digest,
      format,
      version,
      size,
      name: name ?? null,
      stored,
      madeBy: madeBy.map(({ createdAt, ...by }) => ({ ...by, createdAt: isoTime(createdAt) })),
      pinned: pin ? { reason: pin.reason, createdAt: isoTime(pin.createdAt) } : null,
      preview: preview ?? null,
    };
    const fact = (label: string, text: string): string => `${colors.dim(label.padEnd(8))} ${text}`;
    const text = (): string[] => [
      fact('digest', colors.bold(digest)),
      ...(name === undefined ? [] : [fact('name', name)]),
      fact('format', `${format} ${version}`),
      fact('size', sizeText(size)),
      fact('stored', stored ? `yes, in ${stack.artifactStore.location}` : colors.red('no: run its pipeline again')),
      ...(pin ? [fact('pinned', `${pin.reason ?? 'yes'} ${colors.dim(relativeTime(pin.createdAt, Date.now()))}`)] : []),
      ...madeBy.map(({ step, field, runId, createdAt }) => {
        const place = field === '' ? step : `${step}.${field}`;
        return fact('made by', `${runId}:${place} ${colors.dim(relativeTime(createdAt, Date.now()))}`);
      }),
      ...(preview === undefined ? [] : ['', preview]),
    ];
    await printDocument({ json, text }, { channel, output });
  });
}
