import type { Call, Principal } from '../kernel/service.ts';
import type { Ec2 } from './ec2.ts';
import type { DataKey, Encryption } from './records.ts';

/** EBS calls KMS with the caller's permissions, as a forward access session via EC2. */
const viaEc2 = (principal: Principal): Principal => ({ ...principal, viaService: 'ec2' });

const DEFAULT_KEY = 'alias/aws/ebs';
const EBS_DATA_KEY_BYTES = 64;

/**
 * The encryption of a new volume or snapshot as the request wants it: that of what it is made from, or under another
 * key, by default the account's own `aws/ebs`. Throws what KMS answers to the caller.
 */
export const newEncryption = async (
  ec2: Ec2,
  call: Call,
  resourceId: string,
  keyId: string | undefined,
  from?: Encryption,
): Promise<Encryption> => {
  if (from && (keyId === undefined || keyId === from.kmsKeyId)) {
    await checkKeyUse(ec2, call, from);
    return from;
  }
  const ask = asker(ec2, call, call.region);
  const key = await ask<{ KeyMetadata: { Arn: string; KeyManager: string } }>('DescribeKey', {
    KeyId: keyId ?? DEFAULT_KEY,
  });
  const { Arn, KeyManager } = key.KeyMetadata;
  if (from && Arn === from.kmsKeyId) {
    await checkKeyUse(ec2, call, from);
    return from;
  }
  const sameRegion = from && regionOf(from) === call.region;
  // KMS re-encrypts within a region only: from another one the data key is read there, and a new one made here.
  if (from && !sameRegion) await checkKeyUse(ec2, call, from);
  const made =
    from && sameRegion
      ? await ask<{ CiphertextBlob: string }>('ReEncrypt', {
          CiphertextBlob: from.dataKey.blob,
          SourceKeyId: from.kmsKeyId,
          SourceEncryptionContext: contextOf(from.dataKey),
          DestinationKeyId: Arn,
          DestinationEncryptionContext: contextOf({ boundTo: resourceId }),
        })
      : await ask<{ CiphertextBlob: string }>('GenerateDataKeyWithoutPlaintext', {
          KeyId: Arn,
          NumberOfBytes: EBS_DATA_KEY_BYTES,
          EncryptionContext: contextOf({ boundTo: resourceId }),
        });
  return {
    kmsKeyId: Arn,
    isDefaultKey: KeyManager === 'AWS',
    dataKey: { blob: made.CiphertextBlob, boundTo: resourceId },
  };
};

/** Whether the caller may use the data of something encrypted: Decrypt of its data key. Throws what KMS answers. */
export const checkKeyUse = async (ec2: Ec2, call: Call, encryption: Encryption): Promise<void> => {
  await asker(
    ec2,
    call,
    regionOf(encryption),
  )('Decrypt', {
    CiphertextBlob: encryption.dataKey.blob,
    KeyId: encryption.kmsKeyId,
    EncryptionContext: contextOf(encryption.dataKey),
  });
};

/** Attaching an encrypted volume, or copying a snapshot, gives AWS's own machinery a grant on the key. */
export const grantToAws = async (
  ec2: Ec2,
  call: Call,
  { kmsKeyId, isDefaultKey, dataKey }: Encryption,
  machine: string,
): Promise<void> => {
  if (isDefaultKey) return;
  await asker(
    ec2,
    call,
    call.region,
  )('CreateGrant', {
    KeyId: kmsKeyId,
    GranteePrincipal: `arn:aws:sts::${call.accountId}:assumed-role/aws:ec2-infrastructure/${machine}`,
    Operations: ['Decrypt'],
    Constraints: { EncryptionContextSubset: contextOf(dataKey) },
  });
};

const asker =
  (ec2: Ec2, call: Call, region: string) =>
  async <T>(operation: string, input: unknown): Promise<T> =>
    (await ec2.kernel.call(viaEc2(call.principal), region, 'kms', operation, input)) as T;

const regionOf = ({ kmsKeyId }: Encryption): string => kmsKeyId.split(':')[3] ?? '';

const contextOf = ({ boundTo }: Pick<DataKey, 'boundTo'>): Record<string, string> => ({ 'aws:ebs:id': boundTo });
