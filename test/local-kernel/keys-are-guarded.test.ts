import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CreateAliasCommand,
  CreateGrantCommand,
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  EnableKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GetKeyPolicyCommand,
  KMSClient,
  ListAliasesCommand,
  ListGrantsCommand,
  PutKeyPolicyCommand,
  ReEncryptCommand,
  RevokeGrantCommand,
  ScheduleKeyDeletionCommand,
} from '@aws-sdk/client-kms';
import type { Cloud } from '../../local/cloud.ts';
import { VirtualClock } from '../../local/kernel/clock.ts';
import type { PolicyStatement } from '../../local/kernel/service.ts';
import { allow, clientConfig, freshCloud, REGION, TENANT_A, TENANT_B, userKeys } from './fresh-cloud.ts';

const admin = (cloud: Cloud, account: string, ...more: string[]): KMSClient =>
  new KMSClient(
    clientConfig(
      cloud,
      userKeys(cloud, account, `admin${more.length}`, allow(...(more.length > 0 ? more : ['kms:*']))),
    ),
  );
const newKey = async (kms: KMSClient, statements?: PolicyStatement[]): Promise<string> => {
  const Policy = statements && JSON.stringify({ Version: '2012-10-17', Statement: statements });
  return (await kms.send(new CreateKeyCommand({ Policy }))).KeyMetadata?.Arn ?? '';
};
const rootOf = (account: string): PolicyStatement => ({
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${account}:root` },
  Action: 'kms:*',
  Resource: '*',
});
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test('what is encrypted under a key is decrypted only with the same encryption context', async (t) => {
  const kms = admin(await freshCloud(t), TENANT_A);
  const KeyId = await newKey(kms);
  const EncryptionContext = { tenant: 'a', job: '1' };
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId, Plaintext: bytes('secret'), EncryptionContext }),
  );
  const { Plaintext, KeyId: used } = await kms.send(
    new DecryptCommand({ CiphertextBlob, EncryptionContext: { job: '1', tenant: 'a' } }),
  );
  assert.deepEqual(Buffer.from(Plaintext ?? []).toString(), 'secret');
  assert.equal(used, KeyId);
  for (const context of [undefined, { tenant: 'b', job: '1' }, { tenant: 'a' }])
    await assert.rejects(kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext: context })), {
      name: 'InvalidCiphertextException',
    });
  const flipped = Uint8Array.from(CiphertextBlob ?? []);
  flipped.set([(flipped.at(-1) ?? 0) ^ 1], flipped.length - 1);
  await assert.rejects(kms.send(new DecryptCommand({ CiphertextBlob: flipped, EncryptionContext })), {
    name: 'InvalidCiphertextException',
  });
  const other = await newKey(kms);
  await assert.rejects(kms.send(new DecryptCommand({ CiphertextBlob, KeyId: other, EncryptionContext })), {
    name: 'IncorrectKeyException',
  });
});

test('data keys come with and without plaintext, and move to another key', async (t) => {
  const kms = admin(await freshCloud(t), TENANT_A);
  const [KeyId, other] = [await newKey(kms), await newKey(kms)];
  const made = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256' }));
  assert.equal(made.Plaintext?.length, 32);
  const hidden = await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, NumberOfBytes: 64 }));
  assert.equal((await kms.send(new DecryptCommand({ CiphertextBlob: hidden.CiphertextBlob }))).Plaintext?.length, 64);
  const DestinationEncryptionContext = { to: 'other' };
  const moved = await kms.send(
    new ReEncryptCommand({
      CiphertextBlob: made.CiphertextBlob,
      DestinationKeyId: other,
      DestinationEncryptionContext,
    }),
  );
  const back = await kms.send(
    new DecryptCommand({ CiphertextBlob: moved.CiphertextBlob, EncryptionContext: DestinationEncryptionContext }),
  );
  assert.deepEqual(back.Plaintext, made.Plaintext);
  assert.equal(back.KeyId, other);
});

test('a key is named by id, ARN, alias and alias ARN, each in its own account and region', async (t) => {
  const cloud = await freshCloud(t);
  const kms = admin(cloud, TENANT_A);
  const arn = await newKey(kms);
  await kms.send(new CreateAliasCommand({ AliasName: 'alias/library', TargetKeyId: arn }));
  const names = [arn, arn.split('/').at(-1), 'alias/library', `arn:aws:kms:${REGION}:${TENANT_A}:alias/library`];
  for (const KeyId of names)
    assert.equal((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Arn, arn, KeyId);
  await assert.rejects(kms.send(new CreateAliasCommand({ AliasName: 'alias/library', TargetKeyId: arn })), {
    name: 'AlreadyExistsException',
  });
  const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId: arn }));
  assert.deepEqual(
    Aliases?.map((alias) => alias.AliasName),
    ['alias/library'],
  );
  await assert.rejects(admin(cloud, TENANT_B).send(new DescribeKeyCommand({ KeyId: 'alias/library' })), {
    name: 'NotFoundException',
  });
  const elsewhere = new KMSClient({
    ...clientConfig(cloud, userKeys(cloud, TENANT_A, 'x', allow('kms:*'))),
    region: 'us-east-1',
  });
  await assert.rejects(elsewhere.send(new DescribeKeyCommand({ KeyId: arn })), { name: 'NotFoundException' });
});

test("another account uses a key only if the key's policy and its own policy both allow it", async (t) => {
  const cloud = await freshCloud(t);
  const owner = admin(cloud, TENANT_A);
  const guest = admin(cloud, TENANT_B);
  const guestWithout = admin(cloud, TENANT_B, 'kms:ListAliases');
  const closed = await newKey(owner);
  await assert.rejects(guest.send(new EncryptCommand({ KeyId: closed, Plaintext: bytes('x') })), {
    name: 'AccessDeniedException',
    message: /no resource-based policy/,
  });
  const forGuest = {
    ...rootOf(TENANT_B),
    Action: ['kms:Encrypt', 'kms:DescribeKey'],
    Condition: { StringEquals: { 'kms:EncryptionContext:tenant': 'b' } },
  };
  await owner.send(
    new PutKeyPolicyCommand({ KeyId: closed, Policy: JSON.stringify({ Statement: [rootOf(TENANT_A), forGuest] }) }),
  );
  const EncryptionContext = { tenant: 'b' };
  const { CiphertextBlob } = await guest.send(
    new EncryptCommand({ KeyId: closed, Plaintext: bytes('x'), EncryptionContext }),
  );
  await assert.rejects(guest.send(new EncryptCommand({ KeyId: closed, Plaintext: bytes('x') })), {
    name: 'AccessDeniedException',
  });
  await assert.rejects(guest.send(new DecryptCommand({ CiphertextBlob, EncryptionContext })), {
    name: 'AccessDeniedException',
  });
  await assert.rejects(
    guestWithout.send(new EncryptCommand({ KeyId: closed, Plaintext: bytes('x'), EncryptionContext })),
    { name: 'AccessDeniedException', message: /no identity-based policy/ },
  );
  assert.match((await owner.send(new GetKeyPolicyCommand({ KeyId: closed }))).Policy ?? '', new RegExp(TENANT_B));
});

test("a key whose policy leaves its own account out obeys nobody's IAM policy", async (t) => {
  const cloud = await freshCloud(t);
  const kms = admin(cloud, TENANT_A);
  const only: PolicyStatement = {
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${TENANT_A}:user/admin0` },
    Action: 'kms:*',
    Resource: '*',
  };
  const KeyId = await newKey(kms, [only]);
  await kms.send(new DescribeKeyCommand({ KeyId }));
  await assert.rejects(admin(cloud, TENANT_A, 'kms:*').send(new DescribeKeyCommand({ KeyId })), {
    name: 'AccessDeniedException',
  });
});

test('a grant lets its grantee do what it names, within its constraints, until it is revoked', async (t) => {
  const cloud = await freshCloud(t);
  const owner = admin(cloud, TENANT_A);
  const guest = new KMSClient(clientConfig(cloud, userKeys(cloud, TENANT_B, 'guest')));
  const KeyId = await newKey(owner);
  const EncryptionContext = { volume: 'vol-1' };
  const { CiphertextBlob } = await owner.send(new EncryptCommand({ KeyId, Plaintext: bytes('x'), EncryptionContext }));
  const decrypt = () => guest.send(new DecryptCommand({ CiphertextBlob, KeyId, EncryptionContext }));
  await assert.rejects(decrypt(), { name: 'AccessDeniedException' });
  const grant = (volume: string) =>
    owner.send(
      new CreateGrantCommand({
        KeyId,
        Name: volume,
        GranteePrincipal: `arn:aws:iam::${TENANT_B}:user/guest`,
        Operations: ['Decrypt'],
        Constraints: { EncryptionContextSubset: { volume } },
      }),
    );
  await grant('vol-2');
  await assert.rejects(decrypt(), { name: 'AccessDeniedException' });
  const { GrantId } = await grant('vol-1');
  assert.equal((await grant('vol-1')).GrantId, GrantId, 'the same again is the same grant');
  await decrypt();
  await assert.rejects(guest.send(new EncryptCommand({ KeyId, Plaintext: bytes('x'), EncryptionContext })), {
    name: 'AccessDeniedException',
  });
  assert.equal((await owner.send(new ListGrantsCommand({ KeyId }))).Grants?.length, 2);
  await owner.send(new RevokeGrantCommand({ KeyId, GrantId }));
  await assert.rejects(decrypt(), { name: 'AccessDeniedException' });
});

test('a disabled key works again when enabled; one scheduled for deletion is gone after its time', async (t) => {
  const clock = new VirtualClock();
  const kms = admin(await freshCloud(t, { clock }), TENANT_A);
  const KeyId = await newKey(kms);
  const encrypt = () => kms.send(new EncryptCommand({ KeyId, Plaintext: bytes('x') }));
  await kms.send(new DisableKeyCommand({ KeyId }));
  await assert.rejects(encrypt(), { name: 'DisabledException' });
  await kms.send(new EnableKeyCommand({ KeyId }));
  await encrypt();
  await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
  await assert.rejects(encrypt(), { name: 'KMSInvalidStateException' });
  await clock.advance(7 * 86_400_000);
  await assert.rejects(encrypt(), { name: 'NotFoundException' });
});

test("an account's aws/ebs key is there when asked for, serves EBS for that account, and no other", async (t) => {
  const cloud = await freshCloud(t);
  const kms = admin(cloud, TENANT_A);
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/aws/ebs' }));
  assert.equal(KeyMetadata?.KeyManager, 'AWS');
  const KeyId = KeyMetadata?.Arn ?? '';
  await assert.rejects(
    kms.send(new EncryptCommand({ KeyId, Plaintext: bytes('x') })),
    { name: 'AccessDeniedException' },
    'not directly',
  );
  const data = { KeyId, NumberOfBytes: 64 };
  const viaEc2 = (account: string) => {
    cloud.admin.putUser({ accountId: account, name: 'ebs-user', policies: { p: allow('ec2:*', 'kms:*') } });
    const principal = { ...cloud.admin.principalForUser(`arn:aws:iam::${account}:user/ebs-user`), viaService: 'ec2' };
    return cloud.kernel.call(principal, REGION, 'kms', 'GenerateDataKeyWithoutPlaintext', data);
  };
  await viaEc2(TENANT_A);
  await assert.rejects(viaEc2(TENANT_B), { code: 'AccessDeniedException' });
  await assert.rejects(kms.send(new DisableKeyCommand({ KeyId })), { name: 'AccessDeniedException' });
});
