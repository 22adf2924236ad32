import type { Progress, RunEvent } from '../../model/run-event.ts';
import { durationText } from '../format/duration.ts';
import { eventLines, type LineStyle, progressText } from './event-line.ts';
import { liveArea } from './live-area.ts';
import type { Reporter } from './reporter.ts';
import type { Channel } from './terminal.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 100;
const BAR_WIDTH = 12;

interface Running {
  readonly since: number;
  state: string;
  progress: Progress | undefined;
}

/** A line for each running step that moves, finished steps and logs scrolling up above them. For terminals. */
export function liveReporter(channel: Channel, now: () => number = Date.now): Reporter {
  const { colors } = channel;
  const area = liveArea(channel);
  const running = new Map<string, Running>();
  let pending = 0;
  let width = 0;
  let frame = 0;
  let note: string | undefined;
  let style: LineStyle = { colors, step: (node) => node };

  const draw = (): void => {
    frame = Math.floor(now() / FRAME_MS) % FRAMES.length;
    const lines = [...running].map(([node, step]) => stepLine(node, step));
    if (pending > 0) lines.push(colors.dim(`· ${pending} to go`));
    if (note !== undefined) lines.push(colors.yellow(note));
    area.draw(lines);
  };
  // The one clock of the drawing: events only change what the next frame shows, so a step that reports a thousand times a second costs nothing.
  const timer = setInterval(draw, FRAME_MS);
  timer.unref();

  function stepLine(node: string, { since, state, progress }: Running): string {
    const spinner = colors.cyan(FRAMES[frame] ?? '');
    // Before what changes in width, and before what a narrow terminal cuts.
    const spent = colors.dim(spentText(now() - since).padStart(8));
    const bar = progress?.fraction === undefined ? '' : `${progressBar(progress.fraction)} `;
    const said = progress ? progressText(progress) : colors.dim(state);
    return `${spinner} ${style.step(node)} ${spent}  ${bar}${said}`;
  }

  function progressBar(fraction: number): string {
    const filled = Math.round(Math.min(1, Math.max(0, fraction)) * BAR_WIDTH);
    return colors.cyan('━'.repeat(filled)) + colors.dim('━'.repeat(BAR_WIDTH - filled));
  }

  function widen(nodes: readonly string[]): void {
    width = Math.min(32, Math.max(width, ...nodes.map((id) => id.length)));
    style = { colors, step: (node) => node.padEnd(width) };
  }

  function follow(event: RunEvent): void {
    switch (event.type) {
      case 'run-started':
        widen(event.nodes.map(({ id }) => id));
        pending = event.nodes.length;
        return;
      case 'step-added':
        widen([event.node]);
        pending++;
        return;
      case 'step-started': {
        if (!running.has(event.node)) pending--;
        const attempt = event.attempt > 1 ? `attempt ${event.attempt}` : event.reason;
        running.set(event.node, { since: now(), state: attempt, progress: undefined });
        return;
      }
      case 'step-waiting':
        if (!running.has(event.node)) pending--;
        running.set(event.node, {
          since: now(),
          state: `waiting for run ${event.holder.run} on ${event.holder.host}`,
          progress: undefined,
        });
        return;
      case 'step-progress': {
        const step = running.get(event.node);
        if (step) step.progress = event.progress;
        return;
      }
      case 'step-retrying': {
        const step = running.get(event.node);
        if (step) Object.assign(step, { state: `waits to try again`, progress: undefined });
        return;
      }
      case 'step-cached':
      case 'step-skipped':
      case 'step-cancelled':
      case 'step-succeeded':
      case 'step-failed':
        if (!running.delete(event.node)) pending--;
        return;
      case 'run-finished':
        running.clear();
        pending = 0;
        note = undefined;
        area.draw([]);
        return;
      case 'run-cancelling':
      case 'step-log':
      case 'step-warning':
      case 'hook-failed':
        return;
      default:
        return unreachable(event);
    }
  }

  return {
    event: (event) => {
      follow(event);
      area.above(eventLines(event, style));
    },
    note: (text) => {
      note = text;
      draw();
    },
    foreign: (text) => area.above(text.replace(/\n$/, '').split('\n')),
    close: () => {
      clearInterval(timer);
      area.close();
    },
  };
}

/** Whole seconds: tenths would only flicker. */
const spentText = (ms: number): string =>
  ms < 60_000 ? `${Math.floor(ms / 1000)} s` : durationText(Math.floor(ms / 1000) * 1000);

function unreachable(event: never): never {
  throw new Error(`No drawing for the event ${JSON.stringify(event)}`);
}
