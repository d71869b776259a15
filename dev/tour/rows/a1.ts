import assert from 'node:assert/strict';
import { EXIT } from '../../../cli/exit-codes.ts';
import type { HypervisorView } from '../../../core/contracts/api.ts';
import type { Refusal } from '../person.ts';
import type { Row } from '../row.ts';
import type { Tour } from '../world.ts';

const addService = (key: string, account: string, auth: readonly string[]): readonly string[] => [
  ...['hypervisor', 'add', 'service', '--name', 'tour', '--account', account, '--recovery-public-key', key],
  ...['--auth', ...auth],
];

/** Whatever is added although it had to be refused is removed again: the tour goes on with the other rows. */
const refused = async (
  { operator }: Tour,
  command: readonly string[],
  variables?: Readonly<Record<string, string>>,
): Promise<Refusal> => {
  const { exitCode, stdout, stderr } = await operator.run([...command, '--json'], variables);
  if (exitCode === EXIT.ok) {
    const { hypervisorId } = JSON.parse(stdout) as HypervisorView;
    await operator.ask(['hypervisor', 'remove', hypervisorId]);
    assert.fail(`it was to be refused, and was added: holdfast ${command.join(' ')}`);
  }
  assert.equal(exitCode, EXIT.refused, stderr);
  return JSON.parse(stderr) as Refusal;
};

export const a1: Row = {
  row: 'A1',
  title: 'a service hypervisor authenticates by access key, IAM role or AssumeRole',
  async run(tour) {
    const { operator, local } = tour;
    const [own, other] = [await tour.service(), await tour.second()];
    assert.deepEqual([own.authMethod, own.state], ['iam-role', 'ready']);
    assert.deepEqual([other.authMethod, other.state], ['assume-role', 'ready']);

    const { publicKey } = await operator.ask<{ publicKey: string }>(['recovery-key', 'create']);
    const { accountId, user } = local.accounts.otherService;
    const secret = { HOLDFAST_SECRET_ACCESS_KEY: user.secretAccessKey };
    const byKey = ['access-key', '--access-key-id', user.accessKeyId];
    const third = await operator.ask<HypervisorView>(addService(publicKey, accountId, byKey), secret);
    try {
      assert.deepEqual([third.authMethod, third.accountId, third.state], ['access-key', accountId, 'preparing']);
      const shown = await operator.ask<HypervisorView>(['hypervisor', 'show', third.hypervisorId]);
      assert.equal(shown.accessKeyId, user.accessKeyId);
      assert.ok(!JSON.stringify(shown).includes(user.secretAccessKey), 'the secret key is nobody’s to see');
      const { SecretList } = await tour.aws<{ SecretList: { Name: string }[] }>('secretsmanager', 'ListSecrets', {});
      assert.ok(
        SecretList.some(({ Name }) => Name.includes(third.hypervisorId)),
        'it is in Secrets Manager',
      );
    } finally {
      await operator.ask(['hypervisor', 'remove', third.hypervisorId]);
    }

    const otherAccount = await refused(tour, addService(publicKey, own.accountId, byKey), secret);
    assert.match(otherAccount.detail, new RegExp(`belong to the account ${accountId}, not to ${own.accountId}`));
    const wrongSecret = await refused(tour, addService(publicKey, accountId, byKey), {
      HOLDFAST_SECRET_ACCESS_KEY: 'x'.repeat(40),
    });
    assert.equal(wrongSecret.code, 'CredentialsRejected');
    const role = await refused(tour, addService(publicKey, accountId, ['iam-role']));
    assert.match(role.detail, new RegExp(`own account ${own.accountId}, not ${accountId}`));
    return 'added by IAM role (own account), AssumeRole and access key (another account), its secret in Secrets Manager only; a key of another account than the one named, a wrong secret and an IAM role for another account are refused';
  },
};
