import { invalidAttributeName, invalidAttributeValue } from './errors.ts';

/** Attributes that can be set and are whole numbers: default and bounds, all in seconds but the size in bytes. */
const NUMBERS: Readonly<Record<string, { readonly default: number; readonly min: number; readonly max: number }>> = {
  DelaySeconds: { default: 0, min: 0, max: 900 },
  MaximumMessageSize: { default: 1_048_576, min: 1_024, max: 1_048_576 },
  MessageRetentionPeriod: { default: 345_600, min: 60, max: 1_209_600 },
  ReceiveMessageWaitTimeSeconds: { default: 0, min: 0, max: 20 },
  VisibilityTimeout: { default: 30, min: 0, max: 43_200 },
};

export type QueueAttributes = Readonly<Record<string, string>>;

export interface RedrivePolicy {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export const numberAttribute = (attributes: QueueAttributes, name: keyof typeof NUMBERS & string): number =>
  Number(attributes[name] ?? NUMBERS[name]?.default);

const parseObject = (name: string, text: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Answered below, like any other value that is not an object.
  }
  throw invalidAttributeValue(name);
};

export const redrivePolicyOf = (attributes: QueueAttributes): RedrivePolicy | undefined => {
  const text = attributes.RedrivePolicy;
  if (!text) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = parseObject('RedrivePolicy', text);
  const count = Number(maxReceiveCount);
  if (typeof deadLetterTargetArn !== 'string' || !Number.isInteger(count) || count < 1 || count > 1000)
    throw invalidAttributeValue('RedrivePolicy');
  return { deadLetterTargetArn, maxReceiveCount: count };
};

/** `current` with `changes`; an empty policy removes it. Throws InvalidAttributeName, InvalidAttributeValue. */
export const changeAttributes = (current: QueueAttributes, changes: QueueAttributes): QueueAttributes => {
  const next: Record<string, string> = { ...current };
  for (const [name, value] of Object.entries(changes)) {
    const bounds = NUMBERS[name];
    if (bounds) {
      const number = Number(value);
      if (!/^\d+$/.test(value) || number < bounds.min || number > bounds.max) throw invalidAttributeValue(name);
      next[name] = value;
    } else if (name === 'Policy' || name === 'RedrivePolicy') {
      if (value === '') delete next[name];
      else next[name] = value;
    } else if (name === 'SqsManagedSseEnabled' && (value === 'true' || value === 'false')) {
      next[name] = value;
    } else throw invalidAttributeName(name);
  }
  redrivePolicyOf(next);
  return next;
};

/** What GetQueueAttributes shows of the settings, defaults included. */
export const shownSettings = (attributes: QueueAttributes): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(NUMBERS).map(([name, bounds]) => [name, String(bounds.default)])),
  SqsManagedSseEnabled: 'true',
  ...attributes,
});
