import type { RetentionPlanView } from '../core/contracts/api.ts';
import type { Screen } from './screen.ts';
import { count, time } from './units.ts';

const showPoints = (screen: Screen, points: RetentionPlanView['removes']): void =>
  screen.table(
    ['recovery point', 'instance', 'kind', 'taken', 'because'],
    points.map(({ recoveryPointId, instanceId, kind, takenAt, reason }) => [
      recoveryPointId,
      instanceId,
      kind,
      time(takenAt),
      reason,
    ]),
  );

/** What goes, then what stays (or how many), each with why. */
export const showRetention = (
  screen: Screen,
  { removes, more, keeps, keepsInAll }: RetentionPlanView,
  { listKept }: { readonly listKept: boolean },
): void => {
  const { yellow, bold } = screen.colors;
  if (removes.length === 0) screen.line('There is nothing to remove.');
  else {
    screen.line(yellow(`${count(removes.length, 'recovery point')} to remove:`));
    showPoints(screen, removes);
    if (more !== undefined) screen.line(`… and ${more} more, which another run removes.`);
  }
  if (keepsInAll === 0) return;
  screen.line(`\n${bold(`${count(keepsInAll, 'recovery point')} to keep${listKept ? ':' : '.'}`)}`);
  if (!listKept) return;
  showPoints(screen, keeps);
  if (keepsInAll > keeps.length) screen.line(`… and ${keepsInAll - keeps.length} more.`);
};
