import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RequestError } from './client/request.ts';
import { makeRouter } from './router.tsx';
import './design/tokens.css';
import './design/base.css';
import './design/controls.css';

const MAX_RETRIES = 2;

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // The server tells what changed (client/live.ts); this is for coming back to a page.
      staleTime: 5_000,
      // No for an answer stays no; silence may pass.
      retry: (failures, error) =>
        failures < MAX_RETRIES && !(error instanceof RequestError && error.status >= 400 && error.status < 500),
    },
  },
});

const router = makeRouter(client);

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
