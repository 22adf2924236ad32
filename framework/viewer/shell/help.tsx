import { Fragment } from 'react';
import { Dialog } from '../parts/dialog.tsx';
import { useBoundKeys } from './keyboard.ts';
import './help.css';

/** Which keys do what on this page. */
export function Help({ onClose }: { readonly onClose: () => void }) {
  const groups = useBoundKeys();
  return (
    <Dialog title="Keys" onClose={onClose}>
      {groups.map(({ title, bindings }) => (
        <section key={title} className="help">
          <h3>{title}</h3>
          <dl>
            {bindings.map(({ keys, what }) => (
              <Fragment key={keys}>
                <dt>
                  {keys.split(' ').map((key) => (
                    <kbd key={key}>{key === 'Escape' ? 'Esc' : key}</kbd>
                  ))}
                </dt>
                <dd>{what}</dd>
              </Fragment>
            ))}
          </dl>
        </section>
      ))}
      <p className="muted">
        In a list, <kbd>Enter</kbd> opens what has the focus. <kbd>Esc</kbd> closes this.
      </p>
    </Dialog>
  );
}
