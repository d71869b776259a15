import { useEffect, useState } from 'react';
import { useLocation, useNavigate, useNavigationType, useParams, useSearchParams } from 'react-router';
import { restoreAddress } from '../../addresses.ts';
import { useTenant } from '../tenant-choice.tsx';
import { type Draft, draftOf, type Step, stepOf, withDraft } from './draft.ts';

/** Typing does not wait for the address: it follows this much later. */
const FOLLOW_MS = 300;
/** Of a step that the wizard has taken itself: its choices are those that are there. */
const OWN = { isOwn: true } as const;

export interface RestoreDraft {
  readonly draft: Draft;
  readonly step: Step;
  readonly pointId: string | undefined;
  /** Of the last step, with the choices as they are. */
  readonly address: string;
  change(changes: Draft): void;
  goTo(step: Step): void;
  choosePoint(recoveryPointId: string, changes: Draft): void;
  /** Goes to an address of before, and has its choices. */
  backTo(address: string): void;
  /** `times`: how often it was asked for. */
  started(jobId: string, times: number): void;
}

/** The choices, which the address keeps: a reload, the way back, and whoever the address is sent to have them again. */
export const useDraft = (): RestoreDraft => {
  const { recoveryPointId } = useParams();
  const { tenant } = useTenant();
  const navigate = useNavigate();
  const location = useLocation();
  const { pathname } = location;
  const navigation = useNavigationType();
  const [search, setSearch] = useSearchParams();
  const [draft, setDraft] = useState(() => draftOf(search));
  const [seen, setSeen] = useState(location.key);
  if (seen !== location.key) {
    setSeen(location.key);
    // a link was followed that leads here: what was chosen before was for something else
    if (navigation === 'PUSH' && !location.state?.isOwn) setDraft(draftOf(search));
  }
  const written = withDraft(search, draft);
  const query = written.toString();
  const review = new URLSearchParams(written);
  review.set('step', 'review');
  useEffect(() => {
    if (query === search.toString()) return;
    const timer = setTimeout(() => {
      // the browser's own: a step that was just taken may not be drawn yet, nor the page left
      if (window.location.pathname !== pathname) return;
      setSearch(withDraft(new URLSearchParams(window.location.search), draft), { replace: true });
    }, FOLLOW_MS);
    return () => clearTimeout(timer);
  }, [query, search, setSearch, pathname, draft]);
  const change = (changes: Draft): void => setDraft((before) => ({ ...before, ...changes }));
  return {
    draft,
    step: stepOf(search),
    pointId: recoveryPointId ?? draft.point,
    address: `${pathname}?${review}`,
    change,
    goTo(step) {
      written.set('step', step);
      setSearch(written, { state: OWN });
    },
    choosePoint(chosen, changes) {
      if (recoveryPointId === undefined) return change({ ...changes, point: chosen });
      change(changes);
      void navigate(`${restoreAddress(chosen, tenant)}?${query}`, { replace: true });
    },
    backTo(before) {
      void navigate(before);
    },
    started(jobId, times) {
      written.set('job', jobId);
      setSearch(written, { replace: true, state: { times } });
    },
  };
};
