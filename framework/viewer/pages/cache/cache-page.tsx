import { Page } from '../../shell/page.tsx';
export function CachePage() {
  return <Page title="CachePage">soon</Page>;
}
