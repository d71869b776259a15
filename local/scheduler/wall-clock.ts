const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

const formatOf = (zone: string): Intl.DateTimeFormat => {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  return format;
};

/** Whether the IANA database has the zone. Offsets (`+01:00`), which Intl takes too, are no zones. */
export const isTimeZone = (zone: string): boolean => {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
};

/** What the clocks of a zone show at an instant, as the ms since 1970 at which UTC's clocks show the same. */
export const wallTimeAt = (instant: number, zone: string): number => {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of formatOf(zone).formatToParts(instant)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const milliseconds = ((instant % 1000) + 1000) % 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second, milliseconds);
};

/** The offsets (ms) that a zone has about a wall time: before and after a change of the clocks, if one is near. */
const offsetsAbout = (wall: number, zone: string): readonly [number, number] => {
  const offset = (instant: number): number => wallTimeAt(instant, zone) - instant;
  return [offset(wall - DAY_MS), offset(wall + DAY_MS)];
};

/** The first instant at which a zone's clocks show a wall time; undefined if they skip it. */
export const firstInstantOf = (wall: number, zone: string): number | undefined => {
  const [before, after] = offsetsAbout(wall, zone);
  const shown = [wall - before, wall - after].filter((instant) => wallTimeAt(instant, zone) === wall);
  return shown.length === 0 ? undefined : Math.min(...shown);
};

/** As `firstInstantOf`; of a wall time that is skipped, the instant that clocks not put forward would show it. */
export const instantOf = (wall: number, zone: string): number =>
  firstInstantOf(wall, zone) ?? wall - offsetsAbout(wall, zone)[0];
