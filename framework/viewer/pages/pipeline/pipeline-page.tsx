import { Page } from '../../shell/page.tsx';
export function PipelinePage() {
  return <Page title="PipelinePage">soon</Page>;
}
