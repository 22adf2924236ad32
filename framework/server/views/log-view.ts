import type { StoredLogLine } from '../../components/metadata-reads.ts';
import type { JsonValue } from '../api/json-value.ts';
import type { LogItem } from '../api/log.ts';
import { isoTime } from './iso-time.ts';
import { stepRunOf } from './step-run-id.ts';

const LONGEST_LINE = 16_384;

/** A line of a log; of one that is too long for a page the beginning. */
export function logItem({ stepRunId, attempt, seq, time, level, source, message, fields }: StoredLogLine): LogItem {
  const truncated = message.length > LONGEST_LINE;
  return {
    step: stepRunOf(stepRunId).node,
    attempt,
    seq,
    time: isoTime(time),
    level,
    source,
    message: truncated ? message.slice(0, LONGEST_LINE) : message.replace(/\n$/, ''),
    fields: fields === undefined ? null : (fields as Record<string, JsonValue>),
    truncated,
  };
}

/** A line as text: `2026-11-21T10:00:00.000Z train_yolo warn message {"epoch":1}`. */
export function logText({ stepRunId, attempt, time, level, message, fields }: StoredLogLine): string {
  const tries = attempt > 1 ? ` #${attempt}` : '';
  const more = fields && Object.keys(fields).length > 0 ? ` ${JSON.stringify(fields)}` : '';
  return `${isoTime(time)} ${stepRunOf(stepRunId).node}${tries} ${level} ${message.replace(/\n$/, '')}${more}\n`;
}
