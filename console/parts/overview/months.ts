/** `2026-11` and those before it, UTC, newest first; with the one that is asked for, wherever it is. */
export const monthsUntil = (now: number, count: number, asked?: string): readonly string[] => {
  const at = new Date(now);
  const months = Array.from({ length: count }, (_, back) =>
    new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - back)).toISOString().slice(0, 7),
  );
  return asked === undefined || months.includes(asked) ? months : [...months, asked].toSorted().reverse();
};
