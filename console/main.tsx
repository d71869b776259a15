import '@cloudscape-design/global-styles/index.css';
import './page.css';
import { I18nProvider } from '@cloudscape-design/components/i18n';
import messages from '@cloudscape-design/components/i18n/messages/all.en';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ComponentType, lazy, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { BrowserRouter, Navigate, Route, Routes } from 'react-router';
import { FIRST } from './addresses.ts';
import { ApiFailure } from './api.ts';
import { Frame } from './frame.tsx';
import { PAGES } from './pages.ts';
import { Boundary } from './parts/boundary.tsx';
import { NothingHere } from './parts/nothing-here.tsx';
import { useWho, WhoIsThere } from './who.tsx';

/** What the API refuses, it refuses again; an answer that did not come may come. */
const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && error instanceof ApiFailure && error.isPassing,
      retryDelay: 1_000,
      staleTime: 1_000,
      // a server on loopback answers without a network, too
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});

const FILES = import.meta.glob<{ readonly default: ComponentType }>('./pages/*.tsx');

/** Read when somebody goes there. */
const componentOf = (page: string): ReturnType<typeof lazy> => {
  const read = FILES[`./pages/${page}.tsx`];
  if (!read) throw new Error(`There is no pages/${page}.tsx.`);
  return lazy(read);
};

const COMPONENTS = new Map(PAGES.map(({ page }) => [page, componentOf(page)]));

const Pages = () => {
  const { kind } = useWho();
  return (
    <Routes>
      <Route path="/" element={<Navigate to={FIRST[kind]} replace />} />
      {PAGES.filter((each) => each.for.includes(kind)).map(({ path, page }) => {
        const Page = COMPONENTS.get(page);
        return Page ? <Route key={path} path={path} element={<Page />} /> : null;
      })}
      <Route path="*" element={<NothingHere />} />
    </Routes>
  );
};

const root = document.getElementById('page');
if (!root) throw new Error('index.html has no #page');
createRoot(root).render(
  <StrictMode>
    <I18nProvider locale="en" messages={[messages]}>
      <QueryClientProvider client={queries}>
        <BrowserRouter>
          <Boundary>
            <WhoIsThere>
              <Frame>
                <Pages />
              </Frame>
            </WhoIsThere>
          </Boundary>
        </BrowserRouter>
      </QueryClientProvider>
    </I18nProvider>
  </StrictMode>,
);
