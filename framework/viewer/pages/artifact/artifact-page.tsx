import { Page } from '../../shell/page.tsx';
export function ArtifactPage() {
  return <Page title="ArtifactPage">soon</Page>;
}
