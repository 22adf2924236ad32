import type { PlanJson } from './plan.ts';

/** One line a step: its id, and what it takes from earlier steps. */
export function planToText(plan: PlanJson): string {
  const width = Math.max(0, ...plan.nodes.map(({ id }) => id.length));
  const lines = plan.nodes.map(({ id, inputs, parents }) => {
    const ordered = parents.filter((parent) => !inputs.some((input) => input.split('.')[0] === parent));
    const from = [...inputs, ...ordered.map((parent) => `after ${parent}`)].join(', ');
    return from ? `  ${id.padEnd(width)}  ← ${from}` : `  ${id}`;
  });
  const steps = plan.nodes.length === 1 ? '1 step' : `${plan.nodes.length} steps`;
  return [`${plan.pipeline} · ${steps}`, ...lines].join('\n');
}

/** A Mermaid flowchart; edges carry the fields that flow, dotted ones are order without data. */
export function planToMermaid(plan: PlanJson): string {
  const name = new Map(plan.nodes.map(({ id }, i) => [id, `s${i}`]));
  const edges = plan.nodes.flatMap(({ id, parents, inputs }) =>
    parents.map((parent) => {
      const used = inputs.map((input) => input.split('.')).filter(([node]) => node === parent);
      const fields = used.map((path) => path.slice(1).join('.')).filter((field) => field !== '');
      const arrow = used.length === 0 ? '-.->' : fields.length > 0 ? `-- "${fields.join(', ')}" -->` : '-->';
      return `  ${name.get(parent)} ${arrow} ${name.get(id)}`;
    }),
  );
  return ['flowchart TD', ...plan.nodes.map(({ id }) => `  ${name.get(id)}["${id}"]`), ...edges].join('\n');
}
