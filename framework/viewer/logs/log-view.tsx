import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, type Ref, useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { LogItem } from '../../server/api/log.ts';
import { address, part } from '../client/address.ts';
import { Empty } from '../parts/empty.tsx';
import { formatClock, formatMoment } from '../parts/format.ts';
import { Problem } from '../parts/problem.tsx';
import { Skeleton } from '../parts/skeleton.tsx';
import { useKeys } from '../shell/keyboard.ts';
import { AnsiText } from './ansi-text.tsx';
import { type Log, lineKey } from './join-log.ts';
import type { LogAsked } from './log-address.ts';
import { useLog } from './use-log.ts';
import './log-view.css';

const LINE_HEIGHT = 20;
const OVERSCAN = 20;
/** Of the frame around the lines, above and below together; its border too. */
const PADDING = 18;
/** Nearer to an edge than this is at it; pixels. */
const AT_EDGE = 40;
const TYPING_MS = 250;

export interface LogViewProps {
  readonly asked: LogAsked;
  readonly isLive: boolean;
  readonly version: number;
  readonly follow: boolean;
  /** Of several steps: each line says whose it is. */
  readonly showsStep: boolean;
  /** Further fields before the search: which step, which attempt. */
  readonly fields?: ReactNode;
  readonly onChange: (change: { readonly level?: string; readonly search?: string; readonly follow?: string }) => void;
}

/** A log: its end first, searched and filtered by the server, followed while it grows. */
export function LogView({ asked, isLive, version, follow, showsStep, fields, onChange }: LogViewProps) {
  const { log, loadEarlier } = useLog(asked, isLive, version);
  const search = useRef<HTMLInputElement>(null);
  useKeys('Log', [
    { keys: '/', what: 'Search in the log', act: () => search.current?.focus() },
    { keys: 'f', what: 'Follow the end, or stop', act: () => onChange({ follow: follow ? 'no' : '' }) },
  ]);
  const download = address(`/api/runs/${part(asked.run)}/logs/download`, { step: asked.step });
  const isFiltered = asked.search !== '' || asked.level !== '';
  return (
    <section className="log" aria-label="Log">
      <div className="log-tools">
        {fields}
        <SearchField ref={search} value={asked.search} onChange={(text) => onChange({ search: text })} />
        <label>
          <span className="hidden-but-read">Least level</span>
          <select className="field" value={asked.level} onChange={(event) => onChange({ level: event.target.value })}>
            <option value="">All levels</option>
            <option value="info">Info and above</option>
            <option value="warn">Warnings and errors</option>
            <option value="error">Errors</option>
          </select>
        </label>
        {isLive && (
          <button
            type="button"
            className="button"
            aria-pressed={follow}
            onClick={() => onChange({ follow: follow ? 'no' : '' })}
          >
            Follow
          </button>
        )}
        <a className="button" href={download} download>
          Download
        </a>
        <span className="muted log-total" role="status">
          {log.total !== null && `${log.total.toLocaleString('en-US')} ${log.total === 1 ? 'line' : 'lines'}`}
          {log.searchStopped && 'searched the newest part so far'}
        </span>
      </div>
      {log.error !== null && <Problem error={log.error} title="The log can't be read" />}
      {log.isLoading && <Skeleton lines={6} label="Loading the log" />}
      {!log.isLoading && log.items.length === 0 && log.error === null && (
        <Empty title={isFiltered ? 'No line fits' : isLive ? 'Nothing was said yet' : 'Nothing was said'}>
          {isFiltered
            ? 'Leave the search or the level out.'
            : 'Whatever a step prints, logs through its context, or a child process of it prints, stands here.'}
        </Empty>
      )}
      {log.items.length > 0 && (
        <Lines
          log={log}
          follow={follow}
          showsStep={showsStep}
          search={asked.search}
          loadEarlier={loadEarlier}
          onLeaveEnd={() => onChange({ follow: 'no' })}
        />
      )}
    </section>
  );
}

interface SearchFieldProps {
  readonly ref: Ref<HTMLInputElement>;
  readonly value: string;
  readonly onChange: (text: string) => void;
}

/** Searches when one stops typing. */
function SearchField({ ref, value, onChange }: SearchFieldProps) {
  const [text, setText] = useState(value);
  const tell = useRef(onChange);
  tell.current = onChange;
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => tell.current(text), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text, value]);
  return (
    <input
      ref={ref}
      className="field log-search"
      type="search"
      aria-label="Search in the log"
      placeholder="Search in the log"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
    />
  );
}

interface LinesProps {
  readonly log: Log;
  readonly follow: boolean;
  readonly showsStep: boolean;
  readonly search: string;
  readonly loadEarlier: () => void;
  readonly onLeaveEnd: () => void;
}

function Lines({ log, follow, showsStep, search, loadEarlier, onLeaveEnd }: LinesProps) {
  const frame = useRef<HTMLDivElement>(null);
  const { items, hasEarlier, prepended } = log;
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => frame.current,
    estimateSize: () => LINE_HEIGHT,
    getItemKey: (index) => lineKey(items[index]!),
    overscan: OVERSCAN,
  });
  const count = items.length;
  useLayoutEffect(() => {
    if (follow && count > 0) virtual.scrollToIndex(count - 1, { align: 'end' });
  }, [follow, count, virtual]);
  useLayoutEffect(() => {
    if (prepended.times > 0) virtual.scrollToIndex(prepended.lines, { align: 'start' });
  }, [prepended, virtual]);

  const onScroll = (): void => {
    const element = frame.current;
    if (!element) return;
    if (hasEarlier && element.scrollTop < AT_EDGE) loadEarlier();
  };
  // Scrolling up by hand means: stay. What the page scrolls itself is no wheel and no key.
  const onIntent = (isUp: boolean): void => {
    const element = frame.current;
    if (isUp && follow && element && element.scrollHeight > element.clientHeight) onLeaveEnd();
  };
  return (
    <section
      className="log-lines"
      ref={frame}
      style={{ height: virtual.getTotalSize() + PADDING }}
      aria-label="Lines"
      // It scrolls, with the keyboard too.
      tabIndex={0}
      onScroll={onScroll}
      onWheel={(event) => onIntent(event.deltaY < 0)}
      onKeyDown={(event) => onIntent(['ArrowUp', 'PageUp', 'Home'].includes(event.key))}
    >
      <div className="log-space" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start, key }) => (
          <div
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            className="log-line"
            data-level={items[index]!.level}
            style={{ transform: `translateY(${start}px)` }}
          >
            <Line item={items[index]!} showsStep={showsStep} search={search} />
          </div>
        ))}
      </div>
    </section>
  );
}

function Line({
  item,
  showsStep,
  search,
}: {
  readonly item: LogItem;
  readonly showsStep: boolean;
  readonly search: string;
}) {
  const time = new Date(item.time);
  const fields = Object.entries(item.fields ?? {});
  return (
    <>
      <time dateTime={item.time} title={formatMoment(time)}>
        {formatClock(time)}
      </time>
      <span className="log-level">{item.level === 'info' ? '' : item.level}</span>
      {showsStep && <span className="log-step cut">{item.step}</span>}
      <span className="log-text">
        <AnsiText text={item.message} search={search} />
        {fields.map(([name, value]) => (
          <span key={name} className="log-field">
            {` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`}
          </span>
        ))}
        {item.truncated && <span className="log-field"> … the rest is in the download</span>}
      </span>
    </>
  );
}
