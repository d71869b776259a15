import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  CreateSnapshotsCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createPermissionCheck } from '../../adapters/aws/permission-check.ts';
import { createSecretsManagerSecrets } from '../../adapters/aws/secrets-manager-secrets.ts';
import type { PermissionsReport } from '../../core/contracts/api.ts';
import { TAG } from '../../core/domain/effect.ts';
import type { TenantHypervisor } from '../../core/domain/hypervisor.ts';
import type { PermissionPolicy, PermissionStatement } from '../../core/domain/permissions.ts';
import { createCheckPermissions } from '../../core/steps/api/check-permissions.ts';
import { permissionPolicies } from '../../functions/wiring/permission-policies.ts';
import { tenantDocuments, tenantPermissions } from '../../infra/permissions/tenant-permissions.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { freshId } from './records.ts';
import { launchInstance, REGION, startWorld, until, type World } from './world.ts';

const { role: shipped, user: shippedForKeys } = permissionPolicies;
const CHECKS = 'PermissionsAreChecked';

const documentOf = (Statement: readonly PermissionStatement[]): PolicyDocument =>
  ({ Version: '2012-10-17', Statement }) as unknown as PolicyDocument;
const without = ({ Statement }: PermissionPolicy, ...sids: readonly string[]): PermissionStatement[] =>
  Statement.filter(({ Sid }) => !sids.includes(Sid));
const actionsOf = ({ Action }: PermissionStatement): string[] => [Action].flat().toSorted() as string[];
const missingOf = ({ missing }: PermissionsReport): string[] => missing.map(({ action }) => action).toSorted();

describe("a tenant's permissions are checked in its account", () => {
  let world: World;
  let check: (tenant: TenantHypervisor, features?: string) => Promise<PermissionsReport>;
  let secrets: ReturnType<typeof createSecretsManagerSecrets>;

  before(async () => {
    world = await startWorld();
    const settings = clientSettings('own', REGION, world.as('OperatorApiRole'));
    const secretsManager = new SecretsManagerClient(settings);
    secrets = createSecretsManagerSecrets({ client: secretsManager });
    check = createCheckPermissions({
      check: createPermissionCheck({
        sts: new STSClient(settings),
        secrets: secretsManager,
        hubRoleArn: world.arn('HubRole'),
        region: REGION,
      }),
      policies: permissionPolicies,
    });
  });
  after(() => world.stop());

  /** In managed policies, as many as it takes: inline ones have less room. */
  const attachable = (accountId: string, name: string, statements: readonly PermissionStatement[]): string[] => {
    const parts = [...Map.groupBy(statements, (_, n) => Math.floor(n / 18)).values()];
    return parts.map(
      (part, n) =>
        world.cloud.admin.putManagedPolicy({ accountId, name: `${name}-${n}`, document: documentOf(part) }).arn,
    );
  };

  /** The first tenant's role, as it has these statements. */
  const tenantWith = (statements: readonly PermissionStatement[], deny?: string): TenantHypervisor => {
    const tenant = world.tenants[0];
    const role = world.cloud.admin.role(world.accounts[0]?.roleArn ?? '');
    assert.ok(role);
    const denial: Record<string, PolicyDocument> = deny
      ? { denial: { Statement: { Effect: 'Deny', Action: deny, Resource: '*' } } }
      : {};
    world.cloud.admin.putRole({
      accountId: tenant.accountId,
      name: role.name,
      trustPolicy: role.trustPolicy,
      policies: denial,
      attached: attachable(tenant.accountId, role.name, statements),
    });
    return tenant;
  };

  const tenantWithKey = async (
    name: string,
    statements: readonly PermissionStatement[],
  ): Promise<TenantHypervisor & { readonly key: string }> => {
    const tenant = world.tenants[1];
    const { accountId } = tenant;
    world.cloud.admin.putUser({ accountId, name, attached: attachable(accountId, name, statements) });
    const key = world.cloud.admin.createAccessKey(tenant.accountId, name);
    const secretArn = await secrets.create(`holdfast-test-${freshId('hv')}`, key.secretAccessKey);
    return { ...tenant, auth: { method: 'access-key', accessKeyId: key.accessKeyId, secretArn }, key: key.accessKeyId };
  };

  it('finds the shipped permissions complete, by the simulator, and in an empty account by a few dry runs', async () => {
    const report = await check(tenantWith(shipped.Statement));
    assert.deepEqual([report.complete, report.missing, report.unchecked], [true, [], undefined]);
    assert.ok(report.checked.every(({ allowed, foundBy }) => allowed && foundBy[0] === 'simulator'));
    assert.deepEqual(
      report.probes.map(({ what, outcome }) => [what, outcome]),
      [
        ['EBS direct', 'nothing to probe'],
        ['KMS', 'nothing to probe'],
      ],
    );
  });

  it('names what is missing whichever document is left out', async () => {
    const parts = Object.entries(tenantDocuments).filter(([name]) => !['check', 'access-key'].includes(name));
    for (const [name, { Statement }] of parts) {
      const report = await check(tenantWith(without(shipped, ...Statement.map(({ Sid }) => Sid))));
      assert.equal(report.complete, false, name);
      assert.deepEqual(missingOf(report), Statement.flatMap(actionsOf).toSorted(), name);
    }
  });

  it('misses nothing of features that were left out, if asked about the others alone', async () => {
    const granted = tenantPermissions(['streaming', 'restore-volumes', 'check']).Statement;
    const all = await check(tenantWith(granted));
    assert.ok(missingOf(all).includes('ec2:RunInstances'));
    const asked = await check(tenantWith(granted), 'streaming,restore-volumes,check');
    assert.deepEqual([asked.complete, asked.missing], [true, []]);
    await assert.rejects(check(world.tenants[0], 'streaming,telepathy'), { name: 'InvalidRequest', field: 'features' });
  });

  it('is content with a role that has nothing but the statements that it said are missing', async () => {
    const before = shipped.Statement.filter(({ Sid }) => Sid === CHECKS);
    const { missing } = await check(tenantWith(before));
    const added = missing.map(({ statement }) => statement as PermissionStatement);
    assert.equal(new Set(added.map(({ Sid }) => Sid)).size, added.length);
    const mended = await check(tenantWith([...before, ...added]));
    assert.deepEqual([mended.complete, mended.missing], [true, []]);
  });

  it('says that one more statement does not help against a policy that denies', async () => {
    const { missing } = await check(tenantWith(shipped.Statement, 'ec2:StopInstances'));
    assert.deepEqual(
      missing.map(({ action }) => action),
      ['ec2:StopInstances'],
    );
    assert.match(missing[0]?.without ?? '', /denies it outright/);
  });

  it('checks an access key by its own permissions, its sessions among them', async () => {
    const whole = await tenantWithKey('holdfast-backup', shippedForKeys.Statement);
    assert.deepEqual((await check(whole)).missing, []);
    const less = await tenantWithKey('holdfast-less', without(shippedForKeys, 'ASessionForEachJob'));
    assert.deepEqual(missingOf(await check(less)), ['sts:GetFederationToken']);
  });

  it('refuses a key that was deleted, naming it, and a role that cannot be assumed', async () => {
    const gone = await tenantWithKey('holdfast-gone', shippedForKeys.Statement);
    world.cloud.admin.deleteAccessKey(gone.key);
    await assert.rejects(check(gone), (error: Error) => {
      assert.equal(error.name, 'CredentialsRejected');
      assert.match(error.message, new RegExp(gone.key));
      return true;
    });
    const roleArn = `arn:aws:iam::${world.tenants[0].accountId}:role/holdfast-none`;
    const nobody: TenantHypervisor = {
      ...world.tenants[0],
      auth: { method: 'assume-role', roleArn, externalId: 'x-1' },
    };
    await assert.rejects(check(nobody), { name: 'CredentialsRejected' });
  });

  describe('where the simulator may not be asked', () => {
    const silent = (...sids: readonly string[]) => without(shipped, CHECKS, ...sids);
    const tried = ({ checked }: PermissionsReport): string[] =>
      [...new Set(checked.filter(({ foundBy }) => foundBy.includes('dry run')).map(({ action }) => action))].toSorted();

    it('tells by dry runs what an empty account lets it try, and calls the rest unchecked', async () => {
      const report = await check(tenantWith(silent()));
      assert.deepEqual(missingOf(report), ['iam:SimulatePrincipalPolicy']);
      assert.deepEqual(tried(report), [
        'ec2:DescribeAvailabilityZones',
        'ec2:DescribeImages',
        'ec2:DescribeInstanceTypeOfferings',
        'ec2:DescribeInstanceTypes',
        'ec2:DescribeInstances',
        'ec2:DescribeKeyPairs',
        'ec2:DescribeSecurityGroupVpcAssociations',
        'ec2:DescribeSecurityGroups',
        'ec2:DescribeSnapshots',
        'ec2:DescribeSubnets',
        'ec2:DescribeVolumes',
      ]);
      assert.equal(report.complete, false);
      assert.ok(report.unchecked?.some(({ action }) => action === 'ebs:PutSnapshotBlock'));
      assert.ok(report.unchecked?.some(({ action }) => action === 'ec2:StopInstances'));
    });

    const inventory = async () => {
      const ec2 = world.ec2(0);
      const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
      const { Volumes = [] } = await ec2.send(new DescribeVolumesCommand({}));
      const { Snapshots = [] } = await ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }));
      const { Images = [] } = await ec2.send(new DescribeImagesCommand({ Owners: ['self'] }));
      return {
        instances: Reservations.flatMap(({ Instances = [] }) => Instances).map((one) => [
          one.InstanceId,
          one.State?.Name,
        ]),
        volumes: Volumes.map(({ VolumeId, State }) => [VolumeId, State]).toSorted(),
        snapshots: Snapshots.map(({ SnapshotId, Tags }) => [SnapshotId, Tags?.length]).toSorted(),
        images: Images.length,
      };
    };

    it('tries on an instance and a snapshot of ours, names what is missing, and changes nothing', async () => {
      const ec2 = world.ec2(0);
      const instanceId = await launchInstance(ec2, 'tried on');
      const tenant = tenantWith(silent());
      await until(
        async () => (await check(tenant)).checked.some(({ action }) => action === 'ec2:StopInstances'),
        (there) => there,
      );
      await ec2.send(
        new CreateSnapshotsCommand({
          InstanceSpecification: { InstanceId: instanceId },
          TagSpecifications: [{ ResourceType: 'snapshot', Tags: [{ Key: TAG.job, Value: 'job-1' }] }],
        }),
      );
      const before = await inventory();
      const report = await until(
        () => check(tenant),
        (one) => one.checked.some(({ action }) => action === 'ec2:DeleteSnapshot'),
      );
      assert.deepEqual(missingOf(report), ['iam:SimulatePrincipalPolicy']);
      for (const action of ['CopySnapshot', 'CreateSnapshots', 'CreateVolume', 'RegisterImage', 'RunInstances'])
        assert.ok(tried(report).includes(`ec2:${action}`), action);

      for (const sid of ['RestoreInPlaceChangesTheInstance', 'RetentionDeletesSnapshots', 'RestoreRegistersAnImage']) {
        const statement = shipped.Statement.find(({ Sid }) => Sid === sid);
        assert.ok(statement);
        const found = missingOf(await check(tenantWith(silent(sid)))).filter((action) => action.startsWith('ec2:'));
        // AttachVolume needs a volume that nothing is attached to: not tried.
        assert.deepEqual(
          found,
          actionsOf(statement).filter((action) => action !== 'ec2:AttachVolume'),
          sid,
        );
      }
      assert.deepEqual(await inventory(), before);
    });

    it('also for an access key of a user that the statement does not cover', async () => {
      const report = await check(await tenantWithKey('somebody', shippedForKeys.Statement));
      assert.deepEqual(missingOf(report), ['iam:SimulatePrincipalPolicy']);
      assert.ok(tried(report).includes('ec2:DescribeInstances'));
    });
  });
});
