import { z } from 'zod';
import { BLOCK_SIZE } from '../block-storage/block-size.ts';
import { newEncryption } from '../ec2/encryption.ts';
import { requestHash } from '../ec2/once.ts';
import type { Encryption, Snapshot } from '../ec2/records.ts';
import { readTags, type Tags } from '../ec2/tags.ts';
import { AwsError } from '../kernel/errors.ts';
import { type Access, type Call, operation } from '../kernel/service.ts';
import type { Ebs } from './ebs.ts';
import { denied, invalid } from './errors.ts';

const MINUTE_MS = 60_000;
const DEFAULT_TIMEOUT_MINUTES = 60;

const schema = z.strictObject({
  VolumeSize: z.number().int(),
  ParentSnapshotId: z.string().optional(),
  Tags: z.array(z.strictObject({ Key: z.string(), Value: z.string() })).optional(),
  Description: z.string().max(255).optional(),
  ClientToken: z.string().max(255).optional(),
  Encrypted: z.boolean().optional(),
  KmsKeyArn: z.string().optional(),
  Timeout: z.number().int().optional(),
});

type Input = z.infer<typeof schema>;

export const startSnapshot = (ebs: Ebs) =>
  operation<Input, unknown>({
    name: 'StartSnapshot',
    route: { method: 'POST', path: '/snapshots' },
    input: schema,
    access: (input, call) => accessOf(call, input),
    async run(input, call) {
      const { ec2, settings } = ebs;
      ebs.rates.take(`${call.accountId}/${call.region}/StartSnapshot`, settings.startsPerAccount);
      const tags = checkedTags(input);
      checkLimits(input);
      const request = requestHash(input);
      const own = [...ec2.snapshots.in(call.accountId, call.region)].filter(({ origin }) => origin === 'direct');
      const before = own.find(({ clientToken }) => clientToken !== undefined && clientToken === input.ClientToken);
      if (before) {
        if (before.request === request) return answer(before);
        throw new AwsError('ConflictException', 'The client token was used with other parameters.', 409);
      }
      if (own.filter(({ state }) => state === 'pending').length >= settings.pendingSnapshots) {
        const what = `There are ${settings.pendingSnapshots} pending snapshots already.`;
        throw new AwsError('ConcurrentLimitExceededException', what, 400);
      }
      const parent = input.ParentSnapshotId === undefined ? undefined : ebs.readable(call, input.ParentSnapshotId);
      if (parent && parent.sizeGiB > input.VolumeSize)
        throw invalid('INVALID_VOLUME_SIZE', `VolumeSize is less than the parent's ${parent.sizeGiB} GiB.`);
      const id = ec2.newId('snap');
      const encryption = await encryptionOf(ebs, call, id, input, parent);
      const timeoutMinutes = input.Timeout ?? DEFAULT_TIMEOUT_MINUTES;
      const snapshot: Snapshot = {
        id,
        accountId: call.accountId,
        region: call.region,
        volumeId: ec2.settings.volumeOfCopies,
        sizeGiB: input.VolumeSize,
        state: 'pending',
        description: input.Description ?? '',
        ...(encryption && { encryption }),
        sharedWith: [],
        isPublic: false,
        lineage: parent?.lineage ?? ec2.newId('lineage'),
        manifest: id,
        origin: 'direct',
        freezing: false,
        direct: {
          timeoutMinutes,
          lastWriteAt: ec2.now,
          sealed: false,
          ...(parent && { parentSnapshotId: parent.id, parentManifest: parent.manifest }),
        },
        tags,
        createdAt: ec2.now,
        ...(input.ClientToken !== undefined && { clientToken: input.ClientToken, request }),
      };
      ec2.storage.startWriting(id, parent?.manifest);
      ec2.snapshots.put(snapshot);
      ec2.transitions.after(timeoutMinutes * MINUTE_MS, 'snapshot-idle', id);
      return answer(snapshot);
    },
    render: (output) => ({
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(output),
    }),
  });

const answer = (snapshot: Snapshot) => ({
  SnapshotId: snapshot.id,
  Description: snapshot.description,
  OwnerId: snapshot.accountId,
  Status: snapshot.state,
  StartTime: snapshot.createdAt / 1_000,
  VolumeSize: snapshot.sizeGiB,
  BlockSize: BLOCK_SIZE,
  Tags: Object.entries(snapshot.tags).map(([Key, Value]) => ({ Key, Value })),
  ParentSnapshotId: snapshot.direct?.parentSnapshotId,
  KmsKeyArn: snapshot.encryption?.kmsKeyId,
  SseType: snapshot.encryption ? 'sse-kms' : 'sse-ebs',
});

const checkedTags = (input: Input): Tags => {
  try {
    const tags = readTags(input.Tags ?? []);
    if (Object.keys(tags).length <= 50) return tags;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw invalid('INVALID_TAG', error.message);
  }
  throw invalid('INVALID_TAG', 'A snapshot has at most 50 tags.');
};

const checkLimits = ({ VolumeSize, Timeout, ParentSnapshotId, Encrypted, KmsKeyArn, ClientToken }: Input): void => {
  if (VolumeSize < 1 || VolumeSize > 65_536)
    throw invalid('INVALID_VOLUME_SIZE', 'VolumeSize must be from 1 to 65,536 GiB.');
  if (Timeout !== undefined && (Timeout < 10 || Timeout > 4_320))
    throw invalid('INVALID_PARAMETER_VALUE', 'Timeout must be from 10 to 4,320 minutes.');
  if (ParentSnapshotId !== undefined && Encrypted !== undefined)
    throw invalid('INVALID_PARAMETER_VALUE', 'ParentSnapshotId and Encrypted exclude each other.');
  if (KmsKeyArn !== undefined && Encrypted !== true)
    throw invalid('INVALID_PARAMETER_VALUE', 'KmsKeyArn requires Encrypted.');
  if (ClientToken === '') throw invalid('INVALID_PARAMETER_VALUE', 'ClientToken must not be empty.');
};

/** The parent's encryption, else what was asked for. */
const encryptionOf = async (
  ebs: Ebs,
  call: Call,
  id: string,
  input: Input,
  parent: Snapshot | undefined,
): Promise<Encryption | undefined> => {
  if (parent) {
    await ebs.checkKey(call, parent);
    return parent.encryption;
  }
  if (!input.Encrypted) return undefined;
  try {
    return await newEncryption(ebs.ec2, call, id, input.KmsKeyArn);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw denied('DEPENDENCY_ACCESS_DENIED', error.message);
  }
};

/** Tagging takes ec2:CreateTags besides. */
const accessOf = (call: Call, input: Input): Access[] => {
  const tags = checkedTags(input);
  const resource = `arn:aws:ec2:${call.region}::snapshot/*`;
  const context = {
    'aws:TagKeys': Object.keys(tags),
    ...Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value])),
    'aws:ResourceAccount': call.accountId,
    'ebs:Description': input.Description ?? [],
    'ebs:VolumeSize': String(input.VolumeSize),
    'ebs:ParentSnapshot': input.ParentSnapshotId
      ? `arn:aws:ec2:${call.region}::snapshot/${input.ParentSnapshotId}`
      : [],
  };
  const accesses: Access[] = [{ action: 'ebs:StartSnapshot', resource, context }];
  if (Object.keys(tags).length > 0) {
    accesses.push({
      action: 'ec2:CreateTags',
      resource,
      context: { ...context, 'ec2:Region': call.region, 'ec2:CreateAction': 'StartSnapshot' },
    });
  }
  return accesses;
};
