import { Page } from '../../shell/page.tsx';
export function NewRunPage() {
  return <Page title="NewRunPage">soon</Page>;
}
