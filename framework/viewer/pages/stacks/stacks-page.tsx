import { Page } from '../../shell/page.tsx';
export function StacksPage() {
  return <Page title="StacksPage">soon</Page>;
}
