import { Page } from '../../shell/page.tsx';
export function StepPage() {
  return <Page title="StepPage">soon</Page>;
}
