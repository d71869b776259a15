import '@cloudscape-design/global-styles/index.css';
import './page.css';
import { I18nProvider } from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';
import { FIRST } from './addresses.ts';
import { ApiFailure } from './api.ts';
import { Frame } from './frame.tsx';
import { PAGES } from './pages.tsx';
import { NothingHere } from './parts/nothing-here.tsx';
import { takeSession } from './session.ts';
import { useWho, WhoIsThere } from './who.tsx';

/** What the API refuses, it refuses again; an answer that did not come may come. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && error instanceof ApiFailure && error.isLost,
      retryDelay: 1_000,
      staleTime: 1_000,
      // a server on loopback answers without a network, too
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

const Pages = () => {
  const { kind } = useWho();
  return (
    <Routes>
      <Route path="/" element={<Navigate to={FIRST[kind]} replace />} />
      {PAGES.filter((page) => page.for.includes(kind)).map(({ path, component: Page }) => (
        <Route key={path} path={path} element={<Page />} />
      ))}
      <Route path="*" element={<NothingHere />} />
    </Routes>
  );
};

takeSession(location.hash, localStorage);
if (location.hash !== '') history.replaceState(null, '', `${location.pathname}${location.search}`);

const root = document.getElementById('page');
if (!root) throw new Error('index.html has no #page');
createRoot(root).render(
  <StrictMode>
    <I18nProvider locale="en" messages={[messages]}>
      <QueryClientProvider client={queries}>
        <BrowserRouter>
          <WhoIsThere>
            <Frame>
              <Pages />
            </Frame>
          </WhoIsThere>
        </BrowserRouter>
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
