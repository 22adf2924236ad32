import { doctor } from '../../stack/doctor/doctor.ts';
import type { DoctorCheck } from '../../stack/doctor/doctor-check.ts';
import { findProject } from '../../stack/project.ts';
import { activeStackName } from '../../stack/stack-config.ts';
import type { Call } from '../commands/command-kit.ts';
import { durationText } from '../format/duration.ts';
import type { ExitCode } from '../invocation.ts';
import { type DocumentOutput, printDocument } from '../reporters/print-document.ts';
import type { Colors } from '../reporters/terminal.ts';

/** `sluice doctor` and `sluice stack doctor [STACK]`. Ends with 1 when something is wrong. */
export async function doctorVerb({ invocation, args, command }: Call): Promise<ExitCode> {
  const { output, fix = false } = command.opts<{ readonly output: DocumentOutput; readonly fix?: boolean }>();
  const { cwd, env, terminal } = invocation;
  const project = findProject(cwd, env);
  const name = activeStackName(project, args[0] ?? invocation.stack, env);
  // `sluice doctor` looks at the machine too; `sluice stack doctor` at the stack alone.
  const machine = command.parent?.name() !== 'stack';
  const checks = await doctor({ project, stack: name, fix, machine });
  const ok = checks.every((check) => check.ok);
  const json = { ok, stack: name, project: project.dir, home: project.home, checks };
  const text = (): string[] => checksText(checks, terminal.out.colors);
  await printDocument({ json, text }, { channel: terminal.out, output });
  return ok ? 0 : 1;
}

/** One reason is said once: checks of a component that fail with the way out of an earlier one only give their names. */
function byReason(checks: readonly DoctorCheck[]): readonly (DoctorCheck & { readonly also: readonly string[] })[] {
  const told: (DoctorCheck & { also: string[] })[] = [];
  for (const check of checks) {
    const { subject, ok, hint, fixed } = check;
    const same = told.find((one) => !one.ok && one.subject === subject && one.hint === hint);
    if (!ok && fixed === undefined && same) same.also.push(check.check);
    else told.push({ ...check, also: [] });
  }
  return told;
}

function checksText(checks: readonly DoctorCheck[], colors: Colors): string[] {
  const width = Math.max(...checks.map(({ subject, check }) => subject.length + check.length + 1));
  const wrong = checks.filter(({ ok }) => !ok).length;
  const lines = byReason(checks).flatMap(({ subject, check, ok, detail, hint, fixed, ms, also }) => {
    const mark = ok ? colors.green('✓') : colors.red('✗');
    return [
      `${mark} ${`${subject} ${check}`.padEnd(width)}  ${detail} ${colors.dim(durationText(ms))}`,
      ...(also.length > 0 ? [`    and for the same reason: ${also.join(', ')}`] : []),
      ...(fixed === undefined ? [] : [`    ${colors.green('→')} fixed: ${fixed}`]),
      ...(hint === undefined ? [] : [`    ${colors.cyan('→')} ${hint}`]),
    ];
  });
  return [...lines, '', wrong === 0 ? 'All is well.' : colors.red(`${wrong} of ${checks.length} checks failed.`)];
}
