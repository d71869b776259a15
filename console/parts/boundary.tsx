/** What cannot be shown is said in its place, and takes nothing else with it. */
import Alert from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import type { ReactNode } from 'react';
import { ErrorBoundary, type FallbackProps } from 'react-error-boundary';
import { useLocation } from 'react-router';
import { texts } from '../texts.ts';

const words = texts.broken;

/** What parts of the page failed to load with. */
const notLoaded = new WeakSet<object>();
addEventListener('vite:preloadError', ({ payload }) => notLoaded.add(payload));

/** Loaded again as a whole: neither a part that was not there nor an answer that cannot be shown is asked for twice otherwise. */
const Broken = ({ error }: FallbackProps) => {
  const { header, text } =
    typeof error === 'object' && error !== null && notLoaded.has(error) ? words.notLoaded : words.notShown;
  return (
    <Alert type="error" header={header} action={<Button onClick={() => location.reload()}>{words.again}</Button>}>
      <div>{text}</div>
      <div>{error instanceof Error ? error.message : String(error)}</div>
    </Alert>
  );
};

/** Another address is tried anew. */
export const Boundary = ({ children }: { readonly children: ReactNode }) => {
  const { pathname, search } = useLocation();
  return (
    <ErrorBoundary FallbackComponent={Broken} resetKeys={[pathname, search]}>
      {children}
    </ErrorBoundary>
  );
};
