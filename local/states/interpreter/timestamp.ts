const rfc3339 = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** ms since 1970 of an RFC 3339 time with `T` and an offset (up to nanoseconds), or undefined if it is none. */
export const parseTimestamp = (text: string): number | undefined => {
  const match = rfc3339.exec(text);
  if (!match) return undefined;
  const [, , month, day, hour, minute, second] = match.map(Number);
  if (month === undefined || day === undefined || hour === undefined) return undefined;
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || (minute ?? 0) > 59 || (second ?? 0) > 59) {
    return undefined;
  }
  const time = Date.parse(text.replace(/(\.\d{3})\d+/, '$1'));
  return Number.isNaN(time) ? undefined : time;
};
