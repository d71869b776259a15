import { HoldfastError, VolumeFailed } from '../../core/domain/errors.ts';
import { awsMessage, awsName } from './classify.ts';

export const NO_VOLUME: ReadonlySet<string> = new Set(['InvalidVolume.NotFound', 'InvalidVolumeID.Malformed']);

const REMEDIES: Readonly<Record<string, string>> = {
  AttachmentLimitExceeded: 'The instance has as many volumes as its type can have: name another one.',
  'InvalidVolume.ZoneMismatch': 'A volume can only be attached in its own availability zone: restore it into that.',
  InvalidKmsKey: 'Check that the key exists in this region, is enabled, and may be used by EC2 in this account.',
  'InvalidZone.NotFound': 'There is no such availability zone in the region: name another one.',
  MaxIOPSLimitExceeded: 'The account has reached its limit of provisioned IOPS: ask AWS to raise it.',
  TagLimitExceeded: 'A resource can have 50 tags: take one off this volume.',
  VolumeLimitExceeded: 'The account has reached its limit of volumes: ask AWS to raise it.',
};

/** What is ours already stays as it is. */
export const volumeFailed = (what: string, error: unknown): HoldfastError => {
  if (error instanceof HoldfastError) return error;
  const name = awsName(error);
  const remedy = name.startsWith('InvalidKmsKey') ? REMEDIES.InvalidKmsKey : REMEDIES[name];
  return new VolumeFailed(`${what}: ${name} ${awsMessage(error)}`, {
    cause: error,
    ...(remedy === undefined ? {} : { remedy }),
  });
};
