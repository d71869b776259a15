/** Numbers as people read them. Sizes are binary, as volumes are. */
const STEPS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `0 B`, `512 KiB`, `1.5 GiB`, `212 MiB` */
export const bytes = (count: number): string => {
  let value = count;
  let step = 0;
  while (value >= 1_024 && step < STEPS.length - 1) {
    value /= 1_024;
    step++;
  }
  const digits = step > 0 && value < 10 && !Number.isInteger(value) ? 1 : 0;
  return `${value.toFixed(digits)} ${STEPS[step]}`;
};

export const rate = (bytesPerSecond: number): string => `${bytes(Math.round(bytesPerSecond))}/s`;

/** `8 s`, `3 min 05 s`, `2 h 10 min`, `3 d 4 h` */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
  const hours = Math.round(whole / 3_600);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
};

/** Made when a time is shown: it takes 20 ms and 8 MiB. */
let local: Intl.DateTimeFormat | undefined;
const localFormat = (): Intl.DateTimeFormat => {
  local ??= new Intl.DateTimeFormat('en-GB', {
    ...({ year: 'numeric', month: '2-digit', day: '2-digit' } as const),
    ...({ hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' } as const),
  });
  return local;
};

const localParts = (at: string | number): Partial<Record<Intl.DateTimeFormatPartTypes, string>> =>
  Object.fromEntries(
    localFormat()
      .formatToParts(new Date(at))
      .map(({ type, value }) => [type, value]),
  );

/** `2026-11-22 12:24 CET` from ISO-8601, in the user's own time zone */
export const time = (iso: string): string => {
  const { year, month, day, hour, minute, timeZoneName } = localParts(iso);
  return `${year}-${month}-${day} ${hour}:${minute} ${timeZoneName}`;
};

/** `12:24:09`, in the user's own time zone */
export const clockTime = (at: string | number): string => {
  const { hour, minute, second } = localParts(at);
  return `${hour}:${minute}:${second}`;
};

export const secondsBetween = (from: string, to: string | number): number =>
  (new Date(to).getTime() - new Date(from).getTime()) / 1_000;

/** `1 volume`, `3 volumes` */
export const count = (n: number, noun: string): string => `${n} ${noun}${n === 1 ? '' : 's'}`;

/** `0.00`, `1.25`, `0.0012` of nano-dollars: what is less than a cent has two digits that say something. */
export const usd = (nano: number): string => {
  const value = nano / 1e9;
  return value === 0 || value >= 0.01 ? value.toFixed(2) : Number(value.toPrecision(2)).toFixed(9).replace(/0+$/, '');
};
