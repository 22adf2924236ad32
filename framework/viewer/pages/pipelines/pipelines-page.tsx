import { Page } from '../../shell/page.tsx';
export function PipelinesPage() {
  return <Page title="PipelinesPage">soon</Page>;
}
