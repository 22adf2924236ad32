import type { PlanJson } from '../../dag/plan.ts';
import type { LogLine, StepRunRecord } from '../../model/run.ts';
import type { Progress, RunEvent } from '../../model/run-event.ts';
import { durationBetween, durationText } from '../format/duration.ts';
import { runSummary, runTitle } from './run-summary.ts';
import { statusMark } from './status-mark.ts';
import type { Colors } from './terminal.ts';

/** What the text of an event depends on beside the event. */
export interface LineStyle {
  readonly colors: Colors;
  /** Pads step names to one column. */
  readonly step: (node: string) => string;
}

/**
 * The lines that stay on the screen or in a log file for one event; none for those that only move the live area.
 * Both reporters print these, so that a terminal and a pipe tell the same story.
 */
export function eventLines(event: RunEvent, style: LineStyle): readonly string[] {
  const { colors, step } = style;
  switch (event.type) {
    case 'run-started': {
      const { run, nodes } = event;
      const isDynamic = (run.plan as Partial<PlanJson> | null)?.dynamic;
      const steps = isDynamic ? 'dynamic' : nodes.length === 1 ? '1 step' : `${nodes.length} steps`;
      return [`${runTitle(run, colors)} ${colors.dim(`· ${steps} · stack ${run.stack}`)}`];
    }
    case 'step-cached':
      return [`${statusMark('cached', colors)} ${step(event.node)}  cached  ${colors.dim(event.stepRun.reason ?? '')}`];
    case 'step-succeeded':
      return [`${statusMark('succeeded', colors)} ${step(event.node)}  ${took(event.stepRun)}`];
    case 'step-failed': {
      const [first = ''] = event.error.message.split('\n');
      const { attempts } = event.stepRun;
      const tries = attempts > 1 ? ` after ${attempts} attempts` : '';
      return [`${statusMark('failed', colors)} ${step(event.node)}  ${colors.red(`failed${tries}`)}  ${first}`];
    }
    case 'step-retrying': {
      const [first = ''] = event.error.message.split('\n');
      const next = `attempt ${event.attempt} failed, the next one in ${durationText(event.delayMs)}`;
      return [`${colors.yellow('↻')} ${step(event.node)}  ${next}: ${first}`];
    }
    case 'step-skipped':
      return [`${statusMark('skipped', colors)} ${step(event.node)}  ${colors.dim(`skipped: ${event.because}`)}`];
    case 'step-cancelled':
      return [`${statusMark('cancelled', colors)} ${step(event.node)}  ${colors.yellow('cancelled')}`];
    case 'step-log':
      return event.line.level === 'debug' ? [] : logLines(event.line).map((text) => `  ${step(event.node)}  ${text}`);
    case 'step-warning': {
      const mark = colors.yellow('!');
      return [
        `${mark} ${step(event.node)}  ${event.message}`,
        ...(event.hint ? [colors.dim(`    ${event.hint}`)] : []),
      ];
    }
    case 'hook-failed':
      return [
        `${colors.yellow('!')} ${event.node === undefined ? '' : `${step(event.node)}  `}${event.failure.error.message}`,
      ];
    case 'run-finished':
      return [
        ...runSummary(event.run, event.steps, colors),
        ...(event.trackerUrl === undefined ? [] : [`  ${colors.dim('tracker')} ${event.trackerUrl}`]),
      ];
    case 'run-cancelling':
    case 'step-added':
    case 'step-started':
    case 'step-waiting':
    case 'step-progress':
      return [];
    default:
      return unreachable(event);
  }

  function logLines({ level, message, fields }: LogLine): string[] {
    const extra = fields && Object.keys(fields).length > 0 ? ` ${colors.dim(JSON.stringify(fields))}` : '';
    const color = level === 'error' ? colors.red : level === 'warn' ? colors.yellow : (text: string): string => text;
    const lines = message.replace(/\n+$/, '').split('\n');
    return lines.map((line, i) => `${colors.dim('│')} ${color(line)}${i === lines.length - 1 ? extra : ''}`);
  }
}

const took = (stepRun: StepRunRecord): string =>
  `${durationText(durationBetween(stepRun.startedAt, stepRun.endedAt))}${stepRun.attempts > 1 ? ` (attempt ${stepRun.attempts})` : ''}`;

/** `45% · epoch 3/20 · mAP50 0.71 · 2 min 05 s left`, what is known of it. */
export function progressText({ fraction, message, fields = {}, secondsLeft }: Progress): string {
  const parts = [
    fraction === undefined ? undefined : `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)}%`,
    message,
    ...Object.entries(fields).map(
      ([name, value]) => `${name} ${typeof value === 'number' ? numberText(value) : value}`,
    ),
    !secondsLeft ? undefined : `${durationText(Math.ceil(secondsLeft) * 1000)} left`,
  ];
  return parts.filter((part) => part !== undefined && part !== '').join(' · ');
}

/** Four significant digits are enough to watch. */
const numberText = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));

function unreachable(event: never): never {
  throw new Error(`No text for the event ${JSON.stringify(event)}`);
}
