import { type DoctorCheck, doctor } from '../../stack/doctor.ts';
import { findProject } from '../../stack/project.ts';
import { activeStackName } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import { durationText } from '../format/duration.ts';
import type { ExitCode } from '../invocation.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import type { Colors } from '../reporters/terminal.ts';

/** `sluice doctor`. Ends with 1 when something is wrong. */
export async function doctorVerb({ invocation, command }: Call): Promise<ExitCode> {
  const { output } = command.opts<{ readonly output: DocumentOutput }>();
  const { cwd, env, stack, terminal } = invocation;
  const project = findProject(cwd, env);
  const checks = await doctor(project, stack);
  const ok = checks.every((check) => check.ok);
  const json = { ok, stack: activeStackName(project, stack, env), project: project.dir, home: project.home, checks };
  const text = (): string[] => checksText(checks, terminal.out.colors);
  await printDocument({ json, text }, { channel: terminal.out, output });
  return ok ? 0 : 1;
}

function checksText(checks: readonly DoctorCheck[], colors: Colors): string[] {
  const width = Math.max(...checks.map(({ subject, check }) => subject.length + check.length + 1));
  const wrong = checks.filter(({ ok }) => !ok).length;
  const lines = checks.flatMap(({ subject, check, ok, detail, hint, ms }) => {
    const mark = ok ? colors.green('✓') : colors.red('✗');
    const line = `${mark} ${`${subject} ${check}`.padEnd(width)}  ${detail} ${colors.dim(durationText(ms))}`;
    return hint === undefined ? [line] : [line, `    ${colors.cyan('→')} ${hint}`];
  });
  return [...lines, '', wrong === 0 ? 'All is well.' : colors.red(`${wrong} of ${checks.length} checks failed.`)];
}
