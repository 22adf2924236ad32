import type { ReactNode } from 'react';
import { DASHES } from './palette.ts';
import './legend.css';

const COLORS = 8;

export interface LegendProps {
  readonly items: readonly { readonly key: string; readonly name: ReactNode }[];
}

/** Which line is whose: colour and dash as in the charts. */
export function Legend({ items }: LegendProps) {
  return (
    <ul className="legend">
      {items.map(({ key, name }, index) => (
        <li key={key}>
          <span
            className="legend-line"
            data-color={index % COLORS}
            data-dash={DASHES[Math.floor(index / COLORS) % DASHES.length]}
          />
          {name}
        </li>
      ))}
    </ul>
  );
}
