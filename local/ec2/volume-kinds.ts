import { AwsError } from '../kernel/errors.ts';

interface Kind {
  readonly sizes: readonly [number, number];
  /** Provisioned I/O per second: least, most, default; absent where it follows from the size. */
  readonly iops?: readonly [number, number, number | undefined];
  readonly throughput?: readonly [number, number, number];
}

const KINDS: Readonly<Record<string, Kind>> = {
  gp3: { sizes: [1, 65_536], iops: [3_000, 80_000, 3_000], throughput: [125, 2_000, 125] },
  gp2: { sizes: [1, 16_384] },
  io1: { sizes: [4, 16_384], iops: [100, 64_000, undefined] },
  io2: { sizes: [4, 65_536], iops: [100, 256_000, undefined] },
  st1: { sizes: [125, 16_384] },
  sc1: { sizes: [125, 16_384] },
  standard: { sizes: [1, 1_024] },
};

interface Wish {
  readonly sizeGiB: number;
  readonly volumeType?: string | undefined;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
}

/** Type, I/O and throughput of a volume with EC2's defaults (gp2 where no type is named). Throws on what can't be. */
export const checkVolumeKind = (wish: Wish): { volumeType: string; iops?: number; throughput?: number } => {
  const { sizeGiB, volumeType = 'gp2' } = wish;
  const kind = Object.hasOwn(KINDS, volumeType) ? KINDS[volumeType] : undefined;
  if (!kind) throw new AwsError('InvalidParameterValue', `Invalid volume type: ${volumeType}`);
  const [least, most] = kind.sizes;
  if (sizeGiB < least || sizeGiB > most) {
    const what = `Volume of ${sizeGiB}GiB is ${sizeGiB < least ? 'smaller' : 'larger'} than the limit of a volume type`;
    throw new AwsError('InvalidParameterValue', `${what} ${volumeType} (${least}-${most}GiB).`);
  }
  if (wish.throughput !== undefined && !kind.throughput) {
    throw new AwsError('InvalidParameterCombination', `The parameter Throughput is not supported for ${volumeType}.`);
  }
  if (wish.iops !== undefined && !kind.iops) {
    throw new AwsError('InvalidParameterCombination', `The parameter iops is not supported for ${volumeType} volumes.`);
  }
  const iops =
    volumeType === 'gp2' ? Math.min(16_000, Math.max(100, sizeGiB * 3)) : within('iops', wish.iops, kind.iops);
  const throughput = within('throughput', wish.throughput, kind.throughput);
  if (kind.iops && iops === undefined)
    throw new AwsError('MissingParameter', `The parameter iops must be specified for ${volumeType} volumes.`);
  return { volumeType, ...(iops !== undefined && { iops }), ...(throughput !== undefined && { throughput }) };
};

const within = (
  name: string,
  wish: number | undefined,
  limits: readonly [number, number, number | undefined] | undefined,
): number | undefined => {
  if (!limits) return undefined;
  const [least, most, usual] = limits;
  if (wish !== undefined && (wish < least || wish > most))
    throw new AwsError('InvalidParameterValue', `Volume ${name} of ${wish} is not within ${least} and ${most}.`);
  return wish ?? usual;
};
