import { PRICES } from '../../core/domain/prices.ts';
import type { TrailCount } from '../../local/trail/counts.ts';

/** What AWS bills by the piece: counts, and what they cost. */
export const METERS = {
  'EBS direct: blocks read': PRICES.ebsGet,
  'EBS direct: blocks written': PRICES.ebsPut,
  'EBS direct: lists': PRICES.ebsList,
  'S3: PUT, LIST': PRICES.s3Put,
  'S3: GET, HEAD': PRICES.s3Get,
  'Step Functions: state transitions': PRICES.stateTransition,
  'Lambda: requests': PRICES.lambdaRequest,
  'SQS: requests': PRICES.sqsRequest,
  'DynamoDB: writes': PRICES.dynamoWrite,
  'DynamoDB: reads': PRICES.dynamoRead,
  'KMS: requests': PRICES.kmsRequest,
} as const;
export type Meter = keyof typeof METERS;
export const meters = Object.keys(METERS) as Meter[];
export type Metered = Readonly<Record<Meter, number>>;

/** Two items, each twice as dear as alone. */
const UNITS_OF_A_TRANSACTION = 4;

/** Of one call; undefined for what costs nothing by the piece (EC2, STS, IAM, answers to tasks, …). */
const meterOf = (service: string, action: string): readonly [Meter, number] | undefined => {
  switch (service) {
    case 'ebs':
      if (action === 'GetSnapshotBlock') return ['EBS direct: blocks read', 1];
      if (action === 'PutSnapshotBlock') return ['EBS direct: blocks written', 1];
      return /^List/.test(action) ? ['EBS direct: lists', 1] : undefined;
    case 's3':
      if (/^(Delete|Abort)/.test(action)) return undefined;
      return /^(Get|Head)/.test(action) ? ['S3: GET, HEAD', 1] : ['S3: PUT, LIST', 1];
    case 'lambda':
      return action.startsWith('Invoke') ? ['Lambda: requests', 1] : undefined;
    case 'sqs':
      return ['SQS: requests', 1];
    case 'dynamodb':
      if (/^(Get|Query|BatchGet|Scan)/.test(action)) return ['DynamoDB: reads', 1];
      return ['DynamoDB: writes', action === 'TransactWriteItems' ? UNITS_OF_A_TRANSACTION : 1];
    case 'kms':
      return ['KMS: requests', 1];
    default:
      return undefined;
  }
};

export const meter = (calls: readonly TrailCount[], transitions: number): Metered => {
  const counted = Object.fromEntries(meters.map((name) => [name, 0])) as Record<Meter, number>;
  for (const { service, action, count } of calls) {
    const found = meterOf(service, action);
    if (found) counted[found[0]] += found[1] * count;
  }
  counted['Step Functions: state transitions'] = transitions;
  return counted;
};

/** Each meter of the parts, times its number, added up. */
export const sum = (...parts: readonly (readonly [Metered, number])[]): Metered =>
  Object.fromEntries(
    meters.map((name) => [name, parts.reduce((total, [counted, times]) => total + counted[name] * times, 0)]),
  ) as Record<Meter, number>;

/** The line through two measurements of `small` and `large` things: what one takes at all, and what each thing adds. */
export const lineThrough = (
  small: { readonly counted: Metered; readonly size: number },
  large: { readonly counted: Metered; readonly size: number },
): { readonly each: Metered; readonly more: Metered } => {
  const width = large.size - small.size;
  const more = Object.fromEntries(
    meters.map((name) => [name, Math.max(0, (large.counted[name] - small.counted[name]) / width)]),
  ) as Record<Meter, number>;
  const each = Object.fromEntries(
    meters.map((name) => [name, Math.max(0, small.counted[name] - more[name] * small.size)]),
  ) as Record<Meter, number>;
  return { each, more };
};

export const usdOf = (counted: Metered): number =>
  meters.reduce((total, name) => total + counted[name] * METERS[name], 0);
