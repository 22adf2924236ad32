import { Page } from '../../shell/page.tsx';
export function ArtifactsPage() {
  return <Page title="ArtifactsPage">soon</Page>;
}
