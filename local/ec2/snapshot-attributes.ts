import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { on } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { ownSnapshot } from './find.ts';
import { text, texts } from './schema.ts';

const permissions = z.array(z.strictObject({ UserId: text.optional(), Group: text.optional() }));

export const modifySnapshotAttribute = (ec2: Ec2) =>
  ec2Operation({
    name: 'ModifySnapshotAttribute',
    input: {
      SnapshotId: text,
      Attribute: z.literal('createVolumePermission').optional(),
      CreateVolumePermission: z
        .strictObject({ Add: permissions.optional(), Remove: permissions.optional() })
        .optional(),
      OperationType: z.enum(['add', 'remove']).optional(),
      UserId: texts.optional(),
      UserGroup: texts.optional(),
    },
    access(input, call) {
      const { add, remove, addGroups, removeGroups } = changesOf(input);
      const snapshot = ownSnapshot(ec2, call, input.SnapshotId);
      return [
        on('ModifySnapshotAttribute', call, snapshot, {
          'ec2:Attribute': 'createVolumePermission',
          'ec2:Attribute/createVolumePermission': 'createVolumePermission',
          'ec2:Add/userId': add,
          'ec2:Remove/userId': remove,
          'ec2:Add/group': addGroups,
          'ec2:Remove/group': removeGroups,
        }),
      ];
    },
    run(input, call) {
      const { add, remove, addGroups, removeGroups } = changesOf(input);
      const snapshot = ownSnapshot(ec2, call, input.SnapshotId);
      if (addGroups.length + removeGroups.length > 0)
        throw new AwsError('OperationNotPermitted', 'Public sharing of snapshots is blocked in this account.');
      if (add.length + remove.length === 0)
        throw new AwsError('InvalidParameterCombination', 'No attributes specified.');
      if (add.length > 0 && snapshot.encryption?.isDefaultKey) {
        const what = 'Encrypted snapshots with EBS default key cannot be shared';
        throw new AwsError('OperationNotPermitted', what);
      }
      if (snapshot.state !== 'completed' && snapshot.state !== 'pending')
        throw new AwsError('IncorrectState', `Snapshot '${snapshot.id}' is in state '${snapshot.state}'.`);
      for (const user of [...add, ...remove]) {
        if (!/^\d{12}$/.test(user)) throw new AwsError('InvalidAMIAttributeItemValue', `Invalid user ID: ${user}`);
      }
      const users = new Set(snapshot.sharedWith);
      for (const user of add) users.add(user);
      for (const user of remove) users.delete(user);
      ec2.snapshots.change(snapshot.id, { sharedWith: [...users] });
      for (const user of add) ec2.shares.put(`${user}/${snapshot.id}`, true);
      for (const user of remove) ec2.shares.delete(`${user}/${snapshot.id}`);
      return { return: true };
    },
  });

interface Changes {
  readonly CreateVolumePermission?:
    | {
        readonly Add?: z.output<typeof permissions> | undefined;
        readonly Remove?: z.output<typeof permissions> | undefined;
      }
    | undefined;
  readonly OperationType?: 'add' | 'remove' | undefined;
  readonly UserId?: readonly string[] | undefined;
  readonly UserGroup?: readonly string[] | undefined;
}

/** The two ways to ask, by CreateVolumePermission or by OperationType with lists, as one. */
const changesOf = (input: Changes) => {
  const { Add = [], Remove = [] } = input.CreateVolumePermission ?? {};
  const listed = (type: 'add' | 'remove', list: readonly string[] | undefined) =>
    input.OperationType === type ? (list ?? []) : [];
  const named = (list: z.output<typeof permissions>, key: 'UserId' | 'Group') =>
    list.flatMap((permission) => permission[key] ?? []);
  return {
    add: [...named(Add, 'UserId'), ...listed('add', input.UserId)],
    remove: [...named(Remove, 'UserId'), ...listed('remove', input.UserId)],
    addGroups: [...named(Add, 'Group'), ...listed('add', input.UserGroup)],
    removeGroups: [...named(Remove, 'Group'), ...listed('remove', input.UserGroup)],
  };
};

export const describeSnapshotAttribute = (ec2: Ec2) =>
  ec2Operation({
    name: 'DescribeSnapshotAttribute',
    input: { SnapshotId: text, Attribute: z.enum(['createVolumePermission', 'productCodes']) },
    access: ({ SnapshotId, Attribute }, call) => [
      on('DescribeSnapshotAttribute', call, ownSnapshot(ec2, call, SnapshotId), { 'ec2:Attribute': Attribute }),
    ],
    run({ SnapshotId, Attribute }, call) {
      const { id, sharedWith } = ownSnapshot(ec2, call, SnapshotId);
      if (Attribute === 'productCodes') return { snapshotId: id, productCodes: { item: [] } };
      return { snapshotId: id, createVolumePermission: { item: sharedWith.map((userId) => ({ userId })) } };
    },
  });
