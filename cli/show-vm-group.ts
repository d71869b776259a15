import type { VmGroupPreview, VmGroupView } from '../core/contracts/vm-groups.ts';
import { excludeWords, ruleWords } from '../core/domain/rule-words.ts';
import type { Screen } from './screen.ts';
import { time } from './units.ts';

export const showVmGroup = (screen: Screen, group: VmGroupView): void =>
  screen.fields([
    ['Id', group.groupId],
    ['Name', group.name],
    ['Hypervisor', group.hypervisorId],
    ['Instances', ruleWords(group.match)],
    ['Left out', excludeWords(group.exclude)],
    ['Plan', group.planId ?? (group.zone === undefined ? 'none: on demand only' : undefined)],
    ['Zone', group.zone],
    ['Added', time(group.createdAt)],
    ['Changed', group.updatedAt === group.createdAt ? undefined : time(group.updatedAt)],
  ]);

/** What rules match now: instances with the volumes that are protected, then what is left out. */
export const showMatches = (
  screen: Screen,
  { instances, instancesInAll, excluded, excludedInAll }: VmGroupPreview,
): void => {
  if (instances.length === 0) screen.line('No instance matches.');
  else {
    screen.table(
      ['instance', 'name', 'state', '>volumes', '>size', 'by'],
      instances.map(({ instanceId, name, state, matchedBy, volumes }) => {
        const kept = volumes.filter(({ excludedBy }) => excludedBy === undefined);
        const size = kept.reduce((sum, { sizeGiB }) => sum + sizeGiB, 0);
        return [instanceId, name ?? '', state, String(kept.length), `${size} GiB`, matchedBy];
      }),
    );
    if (instancesInAll > instances.length) screen.line(`… and ${instancesInAll - instances.length} more.`);
  }
  const leftOut = [
    ...excluded.map(
      ({ instanceId, name, excludedBy }) => `${[instanceId, name].filter(Boolean).join('  ')}, by ${excludedBy}`,
    ),
    ...(excludedInAll > excluded.length ? [`… and ${excludedInAll - excluded.length} more instances`] : []),
    ...instances.flatMap(({ instanceId, volumes }) =>
      volumes.flatMap(({ volumeId, device, sizeGiB, excludedBy }) =>
        excludedBy === undefined ? [] : [`${instanceId}  ${volumeId} (${device}, ${sizeGiB} GiB), by ${excludedBy}`],
      ),
    ),
  ];
  if (leftOut.length > 0) screen.line(`\nLeft out:\n  ${leftOut.join('\n  ')}`);
};
