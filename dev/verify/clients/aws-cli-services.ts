import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './check.ts';
import type { Answer } from './client.ts';

const json = (value: unknown): string => JSON.stringify(value);

export const serviceChecks: readonly Check[] = [
  {
    name: 'aws sts: a role of another account is assumed with its ExternalId, and not without',
    async run({ service, tenant, as, accounts }) {
      assert.equal((await service.aws('sts', 'get-caller-identity')).Account, accounts.service);
      assert.equal((await tenant.aws('sts', 'get-caller-identity')).Account, accounts.tenant);
      const trust = {
        Version: '2012-10-17',
        Statement: {
          ...{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { AWS: accounts.tenantUserArn } },
          Condition: { StringEquals: { 'sts:ExternalId': 'agreed' } },
        },
      };
      const role = ['iam', 'create-role', '--role-name', 'clients', '--assume-role-policy-document', json(trust)];
      const { Arn } = (await service.aws(...role)).Role;
      const assume = ['sts', 'assume-role', '--role-arn', Arn, '--role-session-name', 'cli'];
      assert.equal(await tenant.refused(...assume), 'AccessDenied');
      const { Credentials } = await tenant.aws(...assume, '--external-id', 'agreed');
      const inside = as({
        accessKeyId: Credentials.AccessKeyId,
        secretAccessKey: Credentials.SecretAccessKey,
        sessionToken: Credentials.SessionToken,
      });
      const who = await inside.aws('sts', 'get-caller-identity');
      assert.equal(who.Arn, `arn:aws:sts::${accounts.service}:assumed-role/clients/cli`);
      assert.match(await inside.refused('ec2', 'describe-instances'), /UnauthorizedOperation/);
    },
  },
  {
    name: 'aws sqs: messages are sent, received, kept invisible, deleted',
    async run({ service }) {
      const { QueueUrl } = await service.aws('sqs', 'create-queue', '--queue-name', 'clients');
      const q = ['--queue-url', QueueUrl];
      await service.aws('sqs', 'send-message', ...q, '--message-body', 'ä & <ö>');
      const { Messages } = await service.aws('sqs', 'receive-message', ...q, '--attribute-names', 'All');
      assert.equal(Messages[0].Body, 'ä & <ö>');
      assert.equal(Messages[0].Attributes.ApproximateReceiveCount, '1');
      assert.equal(await service.aws('sqs', 'receive-message', ...q), undefined);
      const receipt = ['--receipt-handle', Messages[0].ReceiptHandle];
      await service.aws('sqs', 'change-message-visibility', ...q, ...receipt, '--visibility-timeout', '60');
      await service.aws('sqs', 'delete-message', ...q, ...receipt);
      await service.aws('sqs', 'delete-queue', ...q);
    },
  },
  {
    name: 'aws dynamodb: items are put on condition, updated, queried in pages, deleted',
    async run({ service, table }) {
      const t = ['--table-name', table];
      assert.equal((await service.aws('dynamodb', 'describe-table', ...t)).Table.TableStatus, 'ACTIVE');
      const item = (n: number) => json({ pk: { S: 'CLIENTS' }, sk: { S: `item ${n}` }, n: { N: String(n) } });
      const put = (n: number) => [
        ...['dynamodb', 'put-item', ...t, '--item', item(n)],
        ...['--condition-expression', 'attribute_not_exists(pk)'],
      ];
      for (const n of [1, 2, 3]) await service.aws(...put(n));
      assert.equal(await service.refused(...put(1)), 'ConditionalCheckFailedException');
      const key = (n: number) => ['--key', json({ pk: { S: 'CLIENTS' }, sk: { S: `item ${n}` } })];
      const { Attributes } = await service.aws(
        ...[
          'dynamodb',
          'update-item',
          ...t,
          ...key(1),
          '--update-expression',
          'ADD n :n',
          '--return-values',
          'ALL_NEW',
        ],
        ...['--expression-attribute-values', json({ ':n': { N: '41' } })],
      );
      assert.equal(Attributes.n.N, '42');
      const { Items } = await service.aws(
        ...['dynamodb', 'query', ...t, '--key-condition-expression', 'pk = :pk', '--page-size', '1'],
        ...['--expression-attribute-values', json({ ':pk': { S: 'CLIENTS' } })],
      );
      assert.equal(Items.length, 3);
      for (const n of [1, 2, 3]) await service.aws('dynamodb', 'delete-item', ...t, ...key(n));
    },
  },
  {
    name: 'aws kms: data is encrypted under a context, and decrypted under no other',
    async run({ service, folder }) {
      const { KeyMetadata } = await service.aws('kms', 'create-key', '--description', 'clients');
      const [plain, sealed] = [join(folder, 'plain'), join(folder, 'sealed')];
      writeFileSync(plain, 'secret');
      const encrypt = ['kms', 'encrypt', '--key-id', KeyMetadata.KeyId, '--plaintext', `fileb://${plain}`];
      const { CiphertextBlob } = await service.aws(...encrypt, '--encryption-context', 'tenant=a');
      writeFileSync(sealed, Buffer.from(CiphertextBlob, 'base64'));
      const decrypt = ['kms', 'decrypt', '--ciphertext-blob', `fileb://${sealed}`, '--encryption-context'];
      const { Plaintext } = await service.aws(...decrypt, 'tenant=a');
      assert.equal(Buffer.from(Plaintext, 'base64').toString(), 'secret');
      assert.equal(await service.refused(...decrypt, 'tenant=b'), 'InvalidCiphertextException');
    },
  },
  {
    name: 'aws secretsmanager: a secret is created, read, changed, listed, deleted',
    async run({ service }) {
      const id = ['--secret-id', 'clients'];
      await service.aws('secretsmanager', 'create-secret', '--name', 'clients', '--secret-string', 'one');
      await service.aws('secretsmanager', 'put-secret-value', ...id, '--secret-string', 'two');
      assert.equal((await service.aws('secretsmanager', 'get-secret-value', ...id)).SecretString, 'two');
      const previous = ['--version-stage', 'AWSPREVIOUS'];
      assert.equal((await service.aws('secretsmanager', 'get-secret-value', ...id, ...previous)).SecretString, 'one');
      const { SecretList } = await service.aws('secretsmanager', 'list-secrets');
      assert.ok(SecretList.some((each: Answer) => each.Name === 'clients'));
      await service.aws('secretsmanager', 'delete-secret', ...id, '--force-delete-without-recovery');
      assert.equal(await service.refused('secretsmanager', 'get-secret-value', ...id), 'ResourceNotFoundException');
    },
  },
  {
    name: 'aws scheduler: a schedule is made, read, listed, deleted; a wrong expression is refused',
    async run({ service, accounts, region }) {
      const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'scheduler.amazonaws.com' } };
      const document = json({ Version: '2012-10-17', Statement: trust });
      const { Role } = await service.aws(
        ...['iam', 'create-role', '--role-name', 'clients-scheduler', '--assume-role-policy-document', document],
      );
      const group = ['--group-name', 'clients'];
      await service.aws('scheduler', 'create-schedule-group', '--name', 'clients');
      const target = { Arn: `arn:aws:lambda:${region}:${accounts.service}:function:clients`, RoleArn: Role.Arn };
      const create = (name: string, expression: string) => [
        ...['scheduler', 'create-schedule', ...group, '--name', name, '--schedule-expression', expression],
        ...['--flexible-time-window', 'Mode=OFF', '--target', json(target)],
      ];
      await service.aws(...create('nightly', 'cron(0 2 * * ? *)'), '--schedule-expression-timezone', 'Europe/Berlin');
      assert.equal(await service.refused(...create('wrong', 'cron(0 25 * * ? *)')), 'ValidationException');
      const seen = await service.aws('scheduler', 'get-schedule', ...group, '--name', 'nightly');
      assert.deepEqual([seen.ScheduleExpressionTimezone, seen.State], ['Europe/Berlin', 'ENABLED']);
      const { Schedules } = await service.aws('scheduler', 'list-schedules', ...group);
      assert.deepEqual(
        Schedules.map((each: Answer) => each.Name),
        ['nightly'],
      );
      await service.aws('scheduler', 'delete-schedule', ...group, '--name', 'nightly');
      await service.aws('scheduler', 'delete-schedule-group', '--name', 'clients');
    },
  },
  {
    name: 'aws stepfunctions: the deployed machines are listed and described; one is made, run, and its history read',
    async run({ service }) {
      const { stateMachines } = await service.aws('stepfunctions', 'list-state-machines');
      const backup = stateMachines.find((each: Answer) => /-backup$/.test(each.name));
      assert.ok(backup, stateMachines.map((each: Answer) => each.name).join());
      const machine = ['--state-machine-arn', backup.stateMachineArn];
      const { definition } = await service.aws('stepfunctions', 'describe-state-machine', ...machine);
      assert.equal(JSON.parse(definition).QueryLanguage, 'JSONata');
      const trust = { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'states.amazonaws.com' } };
      const { Role } = await service.aws(
        ...['iam', 'create-role', '--role-name', 'clients-states'],
        ...['--assume-role-policy-document', json({ Version: '2012-10-17', Statement: trust })],
      );
      const pass = {
        QueryLanguage: 'JSONata',
        StartAt: 'A',
        States: { A: { Type: 'Pass', Output: '{% 6 * 7 %}', End: true } },
      };
      const { stateMachineArn } = await service.aws(
        ...['stepfunctions', 'create-state-machine', '--name', 'clients', '--role-arn', Role.Arn],
        ...['--definition', json(pass)],
      );
      const own = ['--state-machine-arn', stateMachineArn];
      const { executionArn } = await service.aws('stepfunctions', 'start-execution', ...own, '--name', 'once');
      const execution = ['--execution-arn', executionArn];
      const seen = await service.aws('stepfunctions', 'describe-execution', ...execution);
      assert.deepEqual([seen.status, seen.output], ['SUCCEEDED', '42']);
      const { executions } = await service.aws('stepfunctions', 'list-executions', ...own);
      assert.equal(executions[0].executionArn, executionArn);
      const { events } = await service.aws('stepfunctions', 'get-execution-history', ...execution, '--max-items', '9');
      assert.equal(events[0].type, 'ExecutionStarted');
    },
  },
];
