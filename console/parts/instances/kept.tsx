import Badge from '@cloudscape-design/components/badge';
import { time } from '../../../cli/units.ts';
import type { RecoveryPointView } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';
import { isLocked } from './point-words.ts';

const words = texts.recoveryPoint;

/** What keeps a point from being removed; `whole`: in sentences. */
export const Kept = ({ point, whole = false }: { readonly point: RecoveryPointView; readonly whole?: boolean }) => {
  const { legalHold, lockedUntil, planId } = point;
  const lock = isLocked(point) ? lockedUntil : undefined;
  if (whole) {
    if (!legalHold && !lock) return planId === undefined ? words.byHand : words.byRetention;
    return (
      <>
        {legalHold ? <div>{words.heldSince(time(legalHold.since), legalHold.reason)}</div> : null}
        {lock ? <div>{words.lockedUntil(time(lock))}</div> : null}
      </>
    );
  }
  if (!legalHold && !lock) return texts.none;
  return (
    <span className="id">
      {legalHold ? <Badge color="blue">{words.held}</Badge> : null} {lock ? <Badge>{words.locked}</Badge> : null}
    </span>
  );
};
