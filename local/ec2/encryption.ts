import { createHash } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Call, Principal } from '../kernel/service.ts';
import type { Ec2 } from './ec2.ts';
import type { DataKey, Encryption } from './records.ts';

/** EBS calls KMS with the caller's permissions, as a forward access session via EC2. */
export const viaEbs = (principal: Principal): Principal => ({ ...principal, viaService: 'ec2' });

/** The ARN of an account's own `aws/ebs` key, which exists without being made. */
export const defaultKeyArn = (accountId: string, region: string): string => {
  const hex = createHash('sha256').update(`aws/ebs ${accountId} ${region}`).digest('hex');
  const uuid = `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  return `arn:aws:kms:${region}:${accountId}:key/${uuid}`;
};

const namesDefaultKey = (keyId: string, call: Call): boolean =>
  keyId === 'alias/aws/ebs' || keyId.endsWith(':alias/aws/ebs') || keyId === defaultKeyArn(call.accountId, call.region);

/** The encryption of a new volume or snapshot as the request wants it. Throws what KMS says to the caller. */
export const newEncryption = async (
  ec2: Ec2,
  call: Call,
  resourceId: string,
  keyId: string | undefined,
  from?: Encryption,
): Promise<Encryption> => {
  const ask = (operation: string, input: unknown) =>
    ec2.kernel.call(viaEbs(call.principal), call.region, 'kms', operation, input);
  if (from && (keyId === undefined || keyId === from.kmsKeyId)) {
    await checkKeyUse(ec2, call, from);
    return from;
  }
  if (from) await checkKeyUse(ec2, call, from);
  if (keyId === undefined || namesDefaultKey(keyId, call)) {
    return {
      kmsKeyId: defaultKeyArn(call.accountId, call.region),
      isDefaultKey: true,
      dataKey: { boundTo: resourceId },
    };
  }
  const { KeyMetadata } = (await ask('DescribeKey', { KeyId: keyId })) as { KeyMetadata: { Arn: string } };
  const made = (await ask('GenerateDataKeyWithoutPlaintext', {
    KeyId: KeyMetadata.Arn,
    NumberOfBytes: 64,
    EncryptionContext: contextOf(resourceId),
  })) as { CiphertextBlob: string };
  return {
    kmsKeyId: KeyMetadata.Arn,
    isDefaultKey: false,
    dataKey: { blob: made.CiphertextBlob, boundTo: resourceId },
  };
};

/** Whether the caller may use the data of something encrypted: Decrypt of its data key. Throws what KMS says. */
export const checkKeyUse = async (
  ec2: Ec2,
  call: Call,
  { kmsKeyId, isDefaultKey, dataKey }: Encryption,
): Promise<void> => {
  if (isDefaultKey) {
    if (kmsKeyId.split(':')[4] === call.accountId) return;
    throw new AwsError('AccessDeniedException', `The key ${kmsKeyId} can be used by its own account only`, 403);
  }
  await ec2.kernel.call(viaEbs(call.principal), call.region, 'kms', 'Decrypt', {
    CiphertextBlob: dataKey.blob,
    KeyId: kmsKeyId,
    EncryptionContext: contextOf(dataKey.boundTo),
  });
};

/** Attaching an encrypted volume gives the instance's host a grant on the key. */
export const grantToInstance = async (
  ec2: Ec2,
  call: Call,
  encryption: Encryption,
  instanceId: string,
): Promise<void> => {
  if (encryption.isDefaultKey) return;
  await ec2.kernel.call(viaEbs(call.principal), call.region, 'kms', 'CreateGrant', {
    KeyId: encryption.kmsKeyId,
    GranteePrincipal: `arn:aws:sts::${call.accountId}:assumed-role/aws:ec2-infrastructure/${instanceId}`,
    Operations: ['Decrypt'],
    Constraints: { EncryptionContextSubset: contextOf(encryption.dataKey.boundTo) },
  });
};

const contextOf = (boundTo: DataKey['boundTo']): Record<string, string> => ({ 'aws:ebs:id': boundTo });
