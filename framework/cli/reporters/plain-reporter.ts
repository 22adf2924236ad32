import type { RunEvent } from '../../model/run-event.ts';
import { eventLines, type LineStyle, progressText } from './event-line.ts';
import type { Reporter } from './reporter.ts';
import type { Channel } from './terminal.ts';

/** A line of progress for each step at most so often, so that a log file stays readable. */
const PROGRESS_EVERY_MS = 5_000;

/** One line after the other, for pipes and log files. */
export function plainReporter(channel: Channel, now: () => number = Date.now): Reporter {
  const lastProgress = new Map<string, number>();
  const style: { -readonly [K in keyof LineStyle]: LineStyle[K] } = {
    colors: channel.colors,
    step: (node) => node,
  };
  const say = (node: string, text: string): void =>
    channel.line(`${channel.colors.cyan('▸')} ${style.step(node)}  ${text}`);

  function event(happened: RunEvent): void {
    switch (happened.type) {
      case 'run-started': {
        const width = Math.min(32, Math.max(0, ...happened.nodes.map(({ id }) => id.length)));
        style.step = (node) => node.padEnd(width);
        break;
      }
      case 'step-started':
        say(
          happened.node,
          `running  ${channel.colors.dim(happened.attempt > 1 ? `attempt ${happened.attempt}` : happened.reason)}`,
        );
        // The first report of a step comes soon, the next ones at their pace.
        lastProgress.set(happened.node, now() - PROGRESS_EVERY_MS + 1_000);
        break;
      case 'step-waiting':
        say(
          happened.node,
          `waiting for run ${happened.holder.run} on ${happened.holder.host} (process ${happened.holder.pid}), which computes the same result`,
        );
        break;
      case 'step-progress': {
        const done = happened.progress.fraction === 1;
        if (!done && now() - (lastProgress.get(happened.node) ?? 0) < PROGRESS_EVERY_MS) break;
        lastProgress.set(happened.node, now());
        say(happened.node, progressText(happened.progress));
        break;
      }
      default:
        break;
    }
    for (const line of eventLines(happened, style)) channel.line(line);
  }

  return { event, note: (text) => channel.line(text), close: () => {} };
}
