import type { ComponentStatus } from '../../stack/services/component-status.ts';
import type { Colors } from '../reporters/terminal.ts';

/** One line a component: whether it answers, and what it said. */
export const statusLines = (statuses: readonly ComponentStatus[], colors: Colors): string[] =>
  statuses.map(({ kind, flavor, answers, detail }) => {
    const mark = answers ? colors.green('✓') : colors.red('✗');
    return `${mark} ${kind.padEnd(18)} ${flavor.padEnd(10)} ${answers ? colors.dim(detail) : detail}`;
  });
