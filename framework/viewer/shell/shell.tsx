import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useLive, useLiveState } from '../client/live.ts';
import { infoQuery } from '../client/queries.ts';
import { Help } from './help.tsx';
import { Icon, type IconName } from './icon.tsx';
import { useKeys } from './keyboard.ts';
import './shell.css';

interface Place {
  readonly to: '/runs' | '/pipelines' | '/artifacts' | '/stacks' | '/cache';
  readonly name: string;
  readonly icon: IconName;
  readonly keys: string;
}

const PLACES: readonly Place[] = [
  { to: '/runs', name: 'Runs', icon: 'runs', keys: 'g r' },
  { to: '/pipelines', name: 'Pipelines', icon: 'pipelines', keys: 'g p' },
  { to: '/artifacts', name: 'Artifacts', icon: 'artifacts', keys: 'g a' },
  { to: '/stacks', name: 'Stacks', icon: 'stacks', keys: 'g s' },
  { to: '/cache', name: 'Cache', icon: 'cache', keys: 'g c' },
];

const LIVE_WORDS = { connecting: 'connecting', open: 'live', closed: 'not connected' } as const;

/** What stands around every page: the way to the others, keys, and the line to the server. */
export function Shell() {
  useLive();
  const [helps, setHelps] = useState(false);
  const navigate = useNavigate();
  const main = useFocusOnNewPage();
  useKeys('Everywhere', [
    ...PLACES.map(({ to, name, keys }) => ({
      keys,
      what: `Go to ${name.toLowerCase()}`,
      act: () => void navigate({ to }),
    })),
    { keys: '?', what: 'These keys', act: () => setHelps(true) },
  ]);
  return (
    <div className="shell">
      <a className="button shell-skip" href="#main">
        Skip to the page
      </a>
      <Side onHelp={() => setHelps(true)} />
      <main className="shell-main" id="main" tabIndex={-1} ref={main}>
        <Outlet />
      </main>
      {helps && <Help onClose={() => setHelps(false)} />}
    </div>
  );
}

/** A new address begins at its top, also for who reads with a screen reader. */
function useFocusOnNewPage() {
  const main = useRef<HTMLElement>(null);
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const before = useRef(path);
  useEffect(() => {
    if (before.current !== undefined && before.current !== path) {
      main.current?.focus({ preventScroll: true });
      main.current?.scrollTo(0, 0);
    }
    before.current = path;
  }, [path]);
  return main;
}

function Side({ onHelp }: { readonly onHelp: () => void }) {
  const { data: info } = useQuery(infoQuery);
  const live = useLiveState();
  return (
    <div className="shell-side">
      <Link to="/runs" className="shell-brand">
        <span className="hidden-but-read">All runs of </span>
        <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" fill="#4253c9" />
          <path d="M7 9h18M7 16h11M7 23h18" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
          <circle cx="24" cy="16" r="2.6" fill="#ffd479" />
        </svg>
        <div>
          <strong className="cut">{info?.project ?? 'Sluice'}</strong>
          <small>{info ? `stack ${info.stack}` : ' '}</small>
        </div>
      </Link>
      <nav className="shell-nav" aria-label="Pages">
        {PLACES.map(({ to, name, icon, keys }) => (
          <Link key={to} to={to}>
            <Icon name={icon} />
            {name}
            <span className="key" aria-hidden="true">
              {keys}
            </span>
          </Link>
        ))}
      </nav>
      <footer className="shell-foot">
        <span className="shell-live" data-state={live} role="status">
          {LIVE_WORDS[live]}
        </span>
        {info?.role === 'read' && <span>You may look, not change.</span>}
        <button type="button" className="button quiet small" onClick={onHelp}>
          Keys <kbd>?</kbd>
        </button>
        {info && <span>sluice {info.version}</span>}
      </footer>
    </div>
  );
}
