/** Services that the control plane has in its own account. */
import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { CreateKeyCommand, DisableKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientSettings } from '../../adapters/aws/clients.ts';
import { createKmsKeyWrapper } from '../../adapters/aws/kms-key-wrapper.ts';
import { createSqsOrderQueue } from '../../adapters/aws/node-order-queue.ts';
import { createSecretsManagerSecrets, readAccessKey } from '../../adapters/aws/secrets-manager-secrets.ts';
import { createSqsQueueCounts, createSqsQueueDepths, createSqsQueues } from '../../adapters/aws/sqs-queues.ts';
import type { OrderQueue } from '../../core/ports/node-control.ts';
import type { KeyWrapper } from '../../library/key-wrapper.ts';
import { until } from '../adapters/world.ts';
import { freshName, REGION, SERVICE_ACCOUNT, type TheCloud } from './cloud.ts';

export const queuesContract = (cloud: TheCloud): void => {
  describe('queues', () => {
    let root: SQSClient;
    const ensure = (name: string) =>
      createSqsQueues({ client: new SQSClient(clientSettings('own', REGION, cloud().as('OperatorApiRole'))) }).ensure(
        name,
      );
    const queueName = () => `holdfast-test-${freshName('hv')}-work`;
    before(() => {
      root = new SQSClient(clientSettings('own', REGION, cloud().root()));
    });

    it('are made once, with what nodes count on', async () => {
      const name = queueName();
      const url = await ensure(name);
      assert.equal(await ensure(name), url);
      const AttributeNames = ['VisibilityTimeout', 'MessageRetentionPeriod', 'ReceiveMessageWaitTimeSeconds'] as const;
      const { Attributes } = await root.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...AttributeNames] }),
      );
      assert.deepEqual(
        { ...Attributes },
        { VisibilityTimeout: '60', MessageRetentionPeriod: '1209600', ReceiveMessageWaitTimeSeconds: '20' },
      );
    });

    it('are found as they are, whoever tuned them since', async () => {
      const name = queueName();
      const url = await ensure(name);
      await root.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { VisibilityTimeout: '90' } }));
      assert.equal(await ensure(name), url);
    });

    it('are found by name, or not', async () => {
      const queues = createSqsQueues({ client: root });
      const name = queueName();
      assert.equal(await queues.find(name), undefined);
      assert.equal(await queues.find(name), await queues.find(name));
      const url = await ensure(name);
      assert.equal(await queues.find(name), url);
    });

    it('tell how many orders wait and how many are held', async () => {
      const url = await ensure(queueName());
      assert.equal(await createSqsQueueDepths({ client: root }).depth(url), 0);
      for (const MessageBody of ['a', 'b', 'c'])
        await root.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
      await root.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 1 }));
      assert.equal(await createSqsQueueDepths({ client: root }).depth(url), 3, 'what a node holds counts as well');
      assert.deepEqual(await createSqsQueueCounts({ client: root }).counts(url), { waiting: 2, held: 1 });
    });

    it('are removed with whatever they hold, and removing them twice is fine', async () => {
      const queues = createSqsQueues({ client: root });
      const url = await ensure(queueName());
      await root.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'x' }));
      await queues.remove(url);
      await queues.remove(url);
      assert.equal(await createSqsQueueDepths({ client: root }).depth(url), 0);
      assert.equal(await createSqsQueueCounts({ client: root }).counts(url), undefined);
    });

    describe('as nodes take orders from them', () => {
      let queue: OrderQueue;
      let url: string;
      const { signal } = new AbortController();
      before(async () => {
        url = await ensure(queueName());
        queue = createSqsOrderQueue({ client: root, url, visibilitySeconds: 60 });
      });
      const send = (MessageBody: string) => root.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
      const take = async () => {
        const [message] = await queue.receive(1, 0, signal);
        return message ?? assert.fail('no message');
      };

      it('an empty one has nothing', async () => {
        assert.deepEqual(await queue.receive(10, 0, signal), []);
      });

      it('a message is seen by one node, whole, and is gone when it is deleted', async () => {
        const body = JSON.stringify({ orderId: 'ord-1', text: 'ä & <ö>\n' });
        await send(body);
        const message = await take();
        assert.deepEqual([message.body, message.receiveCount], [body, 1]);
        assert.deepEqual(await queue.receive(10, 0, signal), []);
        await queue.delete(message.receipt);
        await queue.delete(message.receipt);
        assert.equal(await createSqsQueueDepths({ client: root }).depth(url), 0);
      });

      it('a message whose node lets go of it comes back, and counts how often', async () => {
        await send('again');
        assert.equal(await queue.setVisibility((await take()).receipt, 0), true);
        const again = await take();
        assert.deepEqual([again.body, again.receiveCount], ['again', 2]);
        await queue.delete(again.receipt);
      });

      it('a message is kept for longer, and a receipt of what is gone says so', async () => {
        await send('kept');
        const message = await take();
        assert.equal(await queue.setVisibility(message.receipt, 600), true);
        await queue.delete(message.receipt);
        assert.equal(await queue.setVisibility(message.receipt, 60), false);
        assert.equal(await queue.setVisibility('no receipt', 60), false);
      });

      it('a message of 256 KiB passes', async () => {
        const body = 'x'.repeat(262_144);
        await send(body);
        const message = await take();
        assert.equal(message.body.length, body.length);
        await queue.delete(message.receipt);
      });

      it('whoever waits is told when a message comes', async () => {
        const waiting = queue.receive(1, 20, signal);
        await send('at last');
        const [message] = await waiting;
        assert.equal(message?.body, 'at last');
        await queue.delete(message?.receipt ?? '');
      });
    });
  });
};

export const keysContract = (cloud: TheCloud): void => {
  describe('keys that wrap keys', () => {
    let kms: KMSClient;
    let keys: readonly string[];
    const context = { tenant: 'hv-1', library: 'lib-1' };
    const plain = Buffer.from('0123456789abcdef0123456789abcdef');
    const wrapper = (keyId = keys[0] ?? ''): KeyWrapper => createKmsKeyWrapper({ client: kms, keyId });
    const makeKey = async () => (await kms.send(new CreateKeyCommand({}))).KeyMetadata?.Arn ?? '';
    before(async () => {
      kms = new KMSClient(clientSettings('own', REGION, cloud().root()));
      keys = [await makeKey(), await makeKey()];
    });

    it('have ARNs of their account and region', () => {
      for (const key of keys)
        assert.match(key, new RegExp(`^arn:aws:kms:${REGION}:${SERVICE_ACCOUNT}:key/[0-9a-f-]{36}$`));
    });

    it('give back what was wrapped under the same context, and wrap it otherwise each time', async () => {
      const wrapped = await wrapper().wrap(plain, context);
      assert.ok(plain.equals(await wrapper().unwrap(wrapped, context)));
      assert.ok(!Buffer.from(await wrapper().wrap(plain, context)).equals(Buffer.from(wrapped)));
      assert.ok(!Buffer.from(wrapped).includes(plain));
    });

    for (const [what, wrong] of Object.entries({
      'another tenant’s context': { ...context, tenant: 'hv-2' },
      'no context': {},
    }))
      it(`refuse ${what}`, async () => {
        const wrapped = await wrapper().wrap(plain, context);
        await assert.rejects(wrapper().unwrap(wrapped, wrong as typeof context), { name: 'WrongKey' });
      });

    it('refuse what another key has wrapped', async () => {
      const wrapped = await wrapper().wrap(plain, context);
      await assert.rejects(wrapper(keys[1]).unwrap(wrapped, context), { name: 'WrongKey' });
    });

    it('refuse what was changed', async () => {
      const wrapped = Buffer.from(await wrapper().wrap(plain, context));
      wrapped.writeUInt8(wrapped.readUInt8(wrapped.length - 1) ^ 1, wrapped.length - 1);
      await assert.rejects(wrapper().unwrap(wrapped, context), { name: 'WrongKey' });
    });

    it('that are switched off, or are not there, leave the library unavailable', async () => {
      const KeyId = await makeKey();
      const wrapped = await wrapper(KeyId).wrap(plain, context);
      await kms.send(new DisableKeyCommand({ KeyId: KeyId.split('/').at(-1) }));
      await assert.rejects(wrapper(KeyId).unwrap(wrapped, context), { name: 'LibraryUnavailable' });
      const none = `arn:aws:kms:${REGION}:${SERVICE_ACCOUNT}:key/00000000-0000-4000-8000-000000000000`;
      await assert.rejects(wrapper(none).wrap(plain, context), { name: 'LibraryUnavailable' });
    });
  });
};

export const secretsContract = (cloud: TheCloud): void => {
  describe('secrets', () => {
    const open = () => new SecretsManagerClient(clientSettings('own', REGION, cloud().as('OperatorApiRole')));
    const secrets = () => createSecretsManagerSecrets({ client: open() });
    const read = (secretArn: string) =>
      readAccessKey(new SecretsManagerClient(clientSettings('own', REGION, cloud().as('PlanTransferRole'))), {
        ...{ method: 'access-key', accessKeyId: 'AKIAEXAMPLE', secretArn },
      });
    const name = () => `holdfast-test-${freshName('hv')}`;

    it('are kept under their name, once', async () => {
      const at = name();
      const arn = await secrets().create(at, 'CANARY');
      assert.match(arn, new RegExp(`^arn:aws:secretsmanager:${REGION}:${SERVICE_ACCOUNT}:secret:${at}-\\w{6}$`));
      assert.equal(await secrets().create(at, 'CANARY-2'), arn, 'asked again, it is found');
      assert.equal((await read(arn)).secretAccessKey, 'CANARY-2');
      await secrets().delete(arn);
    });

    it('are replaced', async () => {
      const arn = await secrets().create(name(), 'CANARY');
      await secrets().replace(arn, 'CANARY-3');
      assert.equal((await read(arn)).secretAccessKey, 'CANARY-3');
    });

    it('are deleted for good and at once; deleting them twice is fine, and the name is free', async () => {
      const at = name();
      const arn = await secrets().create(at, 'CANARY');
      await secrets().delete(arn);
      await secrets().delete(at);
      await assert.rejects(read(arn));
      await until(
        () =>
          secrets()
            .create(at, 'again')
            .catch(() => undefined),
        (made) => made !== undefined,
      );
    });
  });
};
