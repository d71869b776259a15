/** Options that several commands have, read the same way everywhere. */
import { InvalidArgumentError, Option } from 'commander';
import { wholeNumber } from './paging.ts';

/** `--volume a --volume b`, or `--volume a,b`. `check` throws commander's InvalidArgumentError. */
export const repeatable = (flags: string, description: string, check: (part: string) => unknown = () => {}): Option =>
  new Option(flags, description).argParser((text: string, before: readonly string[] | undefined) => {
    const parts = text.split(',').filter((part) => part !== '');
    for (const part of parts) check(part);
    return [...(before ?? []), ...parts];
  });

/** As `repeatable`, for what may hold commas itself. */
export const repeatableText = (flags: string, description: string): Option =>
  new Option(flags, description).argParser((text: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    text,
  ]);

export const numeric = (flags: string, description: string): Option =>
  new Option(flags, description).argParser(wholeNumber);

/** More than any machine has processors for, and each has tens of MiB. */
const MOST_THREADS = 256;

export const threadsOption = (): Option =>
  new Option('--threads <n>', 'at work side by side (default: one for each processor)').argParser((text: string) => {
    const threads = wholeNumber(text);
    if (threads >= 1 && threads <= MOST_THREADS) return threads;
    throw new InvalidArgumentError(`It must be 1 to ${MOST_THREADS}.`);
  });

export const queueDeadline = (): Option =>
  numeric('--queue-deadline <seconds>', 'fail if the work is not taken up in this time (default: 3600)');

/** What has a value: an option that was not given is not sent, so that the API's own default holds. */
export const given = <T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };

/** `key=value`, or `key` alone for any value. */
export const tagOf = (text: string): { key: string; value?: string } => {
  const at = text.indexOf('=');
  return at < 0 ? { key: text } : { key: text.slice(0, at), value: text.slice(at + 1) };
};

/** `volume=device`, both there. Errors: commander's InvalidArgumentError, for an option's parser. */
export const deviceOf = (text: string): [string, string] => {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new InvalidArgumentError('It must be a volume and a device, like vol-0123456789abcdef0=/dev/sdf.');
};
