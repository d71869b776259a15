import type { FindingView, ReaperPlanView } from '../core/contracts/reaper.ts';
import type { Screen } from './screen.ts';
import { count, time } from './units.ts';

const where = ({ place, tenantId, region }: Pick<FindingView, 'place' | 'tenantId' | 'region'>): string =>
  tenantId === undefined ? place : `${tenantId}${region === undefined ? '' : ` ${region}`}`;

const when = ({ action, dueAt, nextTryAt, error }: FindingView): string => {
  if (action === 'show') return 'shown only';
  if (action === 'wait' || dueAt === undefined) return 'not yet';
  const at = nextTryAt !== undefined && nextTryAt > dueAt ? nextTryAt : dueAt;
  return `${error === undefined ? '' : 'again '}from ${time(at)}`;
};

/** What was found, what becomes of it and when; then where nobody could look. */
export const showReaper = (
  screen: Screen,
  { findings, more, due, notLookedAt }: Omit<ReaperPlanView, 'token'>,
): void => {
  const { yellow, red } = screen.colors;
  if (findings.length === 0) screen.line('Nothing was left behind.');
  else {
    screen.line(yellow(`${count(findings.length + (more ?? 0), 'finding')}, ${due} to remove now:`));
    screen.table(
      ['what', 'id', 'where', 'removed', 'because'],
      findings.map((finding) => [
        finding.kind,
        finding.subject,
        where(finding),
        when(finding),
        finding.error === undefined
          ? finding.reason
          : `${finding.reason}; failed ${finding.attempts ?? 1} times: ${finding.error}`,
      ]),
    );
    if (more !== undefined) screen.line(`… and ${more} more.`);
  }
  for (const place of notLookedAt) screen.line(`${red('Not looked at:')} ${where(place)}: ${place.reason}`);
};
