import { useEffect, useState } from 'react';
import { useLocation, useNavigate, useParams, useSearchParams } from 'react-router';
import { restoreAddress } from '../../addresses.ts';
import { useTenant } from '../tenant-choice.tsx';
import { type Draft, draftOf, type Step, stepOf, withDraft } from './draft.ts';

/** Typing does not wait for the address: it follows this much later. */
const FOLLOW_MS = 300;

export interface RestoreDraft {
  readonly draft: Draft;
  readonly step: Step;
  readonly pointId: string | undefined;
  /** What is started under it is started once; another one after every change. */
  readonly intent: string;
  change(changes: Draft): void;
  goTo(step: Step): void;
  choosePoint(recoveryPointId: string, changes: Draft): void;
  started(jobId: string): void;
}

/** The choices, which the address keeps: a reload, the way back, and whoever the address is sent to have them again. */
export const useDraft = (): RestoreDraft => {
  const { recoveryPointId } = useParams();
  const { tenant } = useTenant();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const [search, setSearch] = useSearchParams();
  const [draft, setDraft] = useState(() => draftOf(search));
  const [intent, setIntent] = useState(() => search.get('intent') ?? crypto.randomUUID());
  const written = withDraft(search, draft);
  written.set('intent', intent);
  const query = written.toString();
  useEffect(() => {
    if (query === search.toString()) return;
    const timer = setTimeout(() => {
      // the browser's own: a step that was just taken may not be drawn yet, nor the page left
      if (window.location.pathname !== pathname) return;
      const now = withDraft(new URLSearchParams(window.location.search), draft);
      now.set('intent', intent);
      setSearch(now, { replace: true });
    }, FOLLOW_MS);
    return () => clearTimeout(timer);
  }, [query, search, setSearch, pathname, draft, intent]);
  const change = (changes: Draft): void => {
    setDraft((before) => ({ ...before, ...changes }));
    setIntent(crypto.randomUUID());
  };
  return {
    draft,
    step: stepOf(search),
    pointId: recoveryPointId ?? draft.point,
    intent,
    change,
    goTo(step) {
      written.set('step', step);
      setSearch(written);
    },
    choosePoint(chosen, changes) {
      if (recoveryPointId === undefined) return change({ ...changes, point: chosen });
      change(changes);
      void navigate(`${restoreAddress(chosen, tenant)}?${query}`, { replace: true });
    },
    started(jobId) {
      written.set('job', jobId);
      setSearch(written, { replace: true });
    },
  };
};
