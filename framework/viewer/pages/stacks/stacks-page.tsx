import { useQuery } from '@tanstack/react-query';
import { stacksQuery } from '../../client/queries.ts';
import { Empty } from '../../parts/empty.tsx';
import { Problem } from '../../parts/problem.tsx';
import { Skeleton } from '../../parts/skeleton.tsx';
import { Page } from '../../shell/page.tsx';
import { ExecutorsCard } from './executors-card.tsx';
import { StackCard } from './stack-card.tsx';
import './stacks-page.css';

/** Where runs, results and figures are kept, and whether that works. */
export function StacksPage() {
  const { data, error } = useQuery(stacksQuery);
  return (
    <Page
      title="Stacks"
      marks={data && <span className="count">{data.items.length}</span>}
      lede="A stack names what runs steps and what keeps their results. A pipeline is the same on each."
    >
      <ExecutorsCard />
      {error && <Problem error={error} title="The stacks can't be read" />}
      {!data && !error && <Skeleton lines={6} label="Loading the stacks" />}
      {data && data.items.length === 0 && (
        <Empty title="Only the embedded stack" command="sluice stack register team">
          Everything is below <code>.sluice/</code> in the project's folder.
        </Empty>
      )}
      {data?.items.map((stack) => (
        <StackCard key={stack.name} stack={stack} />
      ))}
    </Page>
  );
}
