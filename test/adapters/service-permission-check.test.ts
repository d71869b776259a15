import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createLibraryBuckets } from '../../adapters/aws/library-buckets.ts';
import { createServicePermissionCheck } from '../../adapters/aws/service-permission-check.ts';
import type { PermissionsReport } from '../../core/contracts/api.ts';
import { serviceAccountNames } from '../../core/domain/automatic-nodes.ts';
import type { ServiceHypervisor } from '../../core/domain/hypervisor.ts';
import { managementStatements } from '../../core/domain/service-access-template.ts';
import { createCheckServicePermissions } from '../../core/steps/api/check-service-permissions.ts';
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { nodePermissions } from '../../functions/wiring/node-permissions.ts';
import { servicePermissionPolicies } from '../../functions/wiring/service-permission-policies.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { freshId } from './records.ts';
import { REGION, startWorld, type World } from './world.ts';

const OTHER = '444444444444';
const NAME = 'holdfast-test';

describe("a service hypervisor's permissions are checked", () => {
  let world: World;
  let own: ServiceHypervisor;
  const records = new Map<string, ServiceHypervisor>();
  let check: (service: ServiceHypervisor) => Promise<PermissionsReport>;

  before(async () => {
    world = await startWorld();
    // The function's own credentials, as in Lambda: adapters that make clients themselves read them there.
    const { accessKeyId, secretAccessKey, sessionToken } = world.as('OperatorApiRole');
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    });
    const settings = clientSettings('own', REGION);
    const libraryKeyArn = world.arn('LibraryKey');
    const environment = {
      HOLDFAST_STAGE: 'test',
      HOLDFAST_ACCOUNT_ID: SERVICE_ACCOUNT,
      AWS_REGION: REGION,
      HOLDFAST_TABLE: world.ref('Table'),
      HOLDFAST_AUDIT_TABLE: world.ref('AuditTable'),
      HOLDFAST_WORK_BUCKET: world.ref('WorkBucket'),
      HOLDFAST_LIBRARY_BUCKET: world.ref('LibraryBucket'),
      HOLDFAST_LIBRARY_KEY_ARN: libraryKeyArn,
      HOLDFAST_MACHINES: `arn:aws:states:${REGION}:${SERVICE_ACCOUNT}:stateMachine:${NAME}`,
      HOLDFAST_HUB_ROLE_ARN: world.arn('HubRole'),
      HOLDFAST_BROKER_FUNCTION_ARN: `arn:aws:lambda:${REGION}:${SERVICE_ACCOUNT}:function:${NAME}-broker`,
      HOLDFAST_NODE_BOUNDARY_ARN: world.ref('NodeBoundary'),
    };
    const ask = createCheckServicePermissions({
      catalog: { hypervisors: { get: async (id: string) => records.get(id) } } as never,
      check: createServicePermissionCheck({
        sts: new STSClient(settings),
        secrets: new SecretsManagerClient(settings),
        hubRoleArn: world.arn('HubRole'),
        region: REGION,
        accountId: SERVICE_ACCOUNT,
        buckets: createLibraryBuckets(),
      }),
      settings: { stage: 'test', controlPlaneAccountId: SERVICE_ACCOUNT },
      roles: servicePermissionPolicies(environment),
    });
    check = (service) => {
      putNodeRole(service);
      records.set(service.hypervisorId, service);
      return ask(service.hypervisorId);
    };
    const sqs = new SQSClient(clientSettings('own', REGION));
    const queue = async (name: string) =>
      (await sqs.send(new CreateQueueCommand({ QueueName: `${NAME}-${name}` }))).QueueUrl ?? '';
    own = {
      kind: 'service',
      hypervisorId: freshId('hv'),
      name: 'vault',
      accountId: SERVICE_ACCOUNT,
      region: REGION,
      auth: { method: 'iam-role' },
      createdAt: 1,
      accessNodes: 'manual',
      state: 'ready',
      queues: { restores: await queue('restores'), work: await queue('work') },
      mediaAgent: {
        libraryId: freshId('lib'),
        library: { kind: 's3', bucket: world.ref('LibraryBucket'), prefix: 'vault', region: REGION },
        kmsKeyArn: libraryKeyArn,
        recoveryPublicKey: 'hfpub1-x',
        roleArn: world.arn('LibraryRole'),
        maintenanceRoleArn: world.arn('LibraryMaintenanceRole'),
      },
    } as ServiceHypervisor;
  });
  after(() => world.stop());

  const nodeRole = ({ hypervisorId }: ServiceHypervisor) =>
    serviceAccountNames('test', hypervisorId).nodeControlRoleName;
  /** As the operators' API makes it when the hypervisor is added. */
  const putNodeRole = (service: ServiceHypervisor): void => {
    const place = { stage: 'test', accountId: SERVICE_ACCOUNT, region: REGION };
    world.cloud.admin.putRole({
      accountId: SERVICE_ACCOUNT,
      name: nodeRole(service),
      trustPolicy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }],
      },
      policies: { node: nodePermissions(place)(service.hypervisorId) as PolicyDocument },
    });
  };

  const outcomes = ({ probes }: PermissionsReport) => probes.map(({ what, outcome }) => `${what}: ${outcome}`);
  const missing = (report: PermissionsReport) => report.missing.map(({ action, role }) => `${role} ${action}`);

  /** The role as it is deployed, without one statement. */
  const without = async (logicalId: string, sid: string, run: () => Promise<void>): Promise<void> => {
    const role = world.cloud.admin.role(world.arn(logicalId));
    assert.ok(role);
    const put = (policies: Readonly<Record<string, PolicyDocument>>) =>
      world.cloud.admin.putRole({
        accountId: role.accountId,
        name: role.name,
        trustPolicy: role.trustPolicy,
        policies,
      });
    const less = Object.entries(role.policies).map(([name, policy]) => {
      const statements = [policy.Statement].flat() as readonly { readonly Sid?: string }[];
      assert.ok(statements.some(({ Sid }) => Sid === sid));
      return [name, { ...policy, Statement: statements.filter(({ Sid }) => Sid !== sid) }];
    });
    put(Object.fromEntries(less));
    try {
      await run();
    } finally {
      put(role.policies);
    }
  };

  it('in the deployment’s own account all is found as it is deployed', async () => {
    const report = await check(own);
    assert.deepEqual([report.complete, report.missing, report.unchecked], [true, [], undefined]);
    assert.deepEqual(outcomes(report), ['queue of restores: works', 'queue of other orders: works', 'library: works']);
    assert.deepEqual(
      [...new Set(report.checked.map(({ role }) => role))].toSorted(),
      [
        'broker',
        'library',
        'library-maintenance',
        nodeRole(own).replace(`${NAME}-`, ''),
        'operator-api',
        'size-nodes',
        'states-library-run',
        'states-transfer',
        'work',
      ].map((role) => `${NAME}-${role}`),
    );
  });

  it('a role that lacks something is named, with what does not work and what to add', async () => {
    await without('LibraryRole', 'WrapDataKeys', async () => {
      const report = await check(own);
      assert.deepEqual(missing(report), [`${NAME}-library kms:Encrypt`, `${NAME}-library kms:Decrypt`]);
      assert.match(report.missing[0]?.without ?? '', /data keys/);
      assert.deepEqual(report.missing[0]?.statement, {
        Sid: 'WrapDataKeysEncrypt',
        Effect: 'Allow',
        Action: 'kms:Encrypt',
        Resource: own.mediaAgent.kmsKeyArn,
      });
    });
  });

  it('a queue, a bucket and a role that are gone are named', async () => {
    const url = own.queues.work.replace('-work', '-gone');
    const library = { kind: 's3', bucket: 'holdfast-gone', prefix: 'vault', region: REGION } as const;
    const report = await check({
      ...own,
      queues: { ...own.queues, work: url },
      mediaAgent: { ...own.mediaAgent, library, roleArn: `${world.arn('LibraryRole')}-gone` },
    });
    assert.deepEqual(outcomes(report), [
      'queue of restores: works',
      'queue of other orders: refused',
      'library: refused',
    ]);
    assert.match(report.probes[2]?.detail ?? '', /holdfast-gone/);
    const gone = report.missing.filter(({ role }) => role === `${NAME}-library-gone`);
    assert.ok(gone.length > 0 && gone.every(({ without: text }) => /There is no arn:.*-library-gone/.test(text)));
    assert.equal(report.complete, false);
  });

  describe('in another account', () => {
    const externalId = 'x-service';
    const other = (): ServiceHypervisor => ({
      ...own,
      hypervisorId: freshId('hv'),
      accountId: OTHER,
      auth: { method: 'assume-role', roleArn: `arn:aws:iam::${OTHER}:role/holdfast-test-management`, externalId },
    });
    const withStatements = (keep: (sid: string) => boolean): void => {
      const Statement = managementStatements({ stage: 'test', accountId: OTHER, region: REGION });
      const hub = world.arn('HubRole');
      world.cloud.admin.putRole({
        accountId: OTHER,
        name: 'holdfast-test-management',
        trustPolicy: {
          Version: '2012-10-17',
          Statement: [
            {
              Effect: 'Allow',
              Principal: { AWS: hub },
              Action: 'sts:AssumeRole',
              Condition: { StringEquals: { 'sts:ExternalId': externalId } },
            },
            { Effect: 'Allow', Principal: { AWS: hub }, Action: ['sts:SetSourceIdentity', 'sts:TagSession'] },
          ],
        },
        policies: {
          management: {
            Version: '2012-10-17',
            Statement: Statement.filter(({ Sid }) => keep(Sid)),
          } as unknown as PolicyDocument,
        },
      });
    };

    it('the role of the hypervisor is checked besides', async () => {
      withStatements(() => true);
      const whole = await check(other());
      assert.deepEqual([whole.complete, whole.missing], [true, []]);
      assert.ok(whole.checked.some(({ role }) => role === 'holdfast-test-management'));
      withStatements((sid) => sid !== 'SizeAccessNodes');
      assert.deepEqual(missing(await check(other())), [
        'holdfast-test-management autoscaling:UpdateAutoScalingGroup',
        'holdfast-test-management autoscaling:SetDesiredCapacity',
        'holdfast-test-management autoscaling:TerminateInstanceInAutoScalingGroup',
      ]);
    });

    it('where it may not ask the simulator, that is what is missing, and the rest is not known', async () => {
      withStatements((sid) => sid !== 'PermissionsAreChecked');
      const report = await check(other());
      assert.deepEqual(missing(report), ['holdfast-test-management iam:SimulatePrincipalPolicy']);
      assert.ok(report.unchecked?.some(({ action }) => action === 'autoscaling:SetDesiredCapacity'));
      assert.equal(report.complete, false);
    });
  });
});
