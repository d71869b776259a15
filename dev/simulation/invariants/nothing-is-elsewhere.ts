import type { Invariant } from './invariant.ts';

/** As the wire has them: names of operations, of what they answer, and their input. */
const LISTS = [
  ['DescribeInstances', 'reservationSet', {}],
  ['DescribeVolumes', 'volumeSet', {}],
  ['DescribeSnapshots', 'snapshotSet', { Owner: ['self'] }],
  ['DescribeImages', 'imagesSet', { Owner: ['self'] }],
] as const;

/** Tenants' instances are in the deployment's region; jobs may copy snapshots into another one. */
export const OTHER_REGIONS: readonly string[] = ['eu-west-1'];

/**
 * What jobs make is in the tenant's account and region, but for copies that points have in another one: there is nothing
 * else there, and nothing at all in the service account; nor a secret, a plan's schedule, a grant, or a
 * hold on a library.
 */
export const nothingIsElsewhere: Invariant = {
  name: 'nothing is elsewhere',
  async check(run, ledgers) {
    const wrong: string[] = [];
    const { accountId, region } = run.world.place;
    const copies = new Set(
      ledgers.flatMap(({ points }) =>
        points.flatMap(({ state, regionCopy }) =>
          state === 'available' && regionCopy?.state === 'completed' ? regionCopy.snapshotIds : [],
        ),
      ),
    );
    const places = [
      { account: accountId, region },
      ...[accountId, ...ledgers.map((ledger) => ledger.accountId)].flatMap((account) =>
        OTHER_REGIONS.map((other) => ({ account, region: other })),
      ),
    ];
    for (const place of places)
      for (const [operation, list, input] of LISTS) {
        const answer = await run.aws<Record<string, { readonly item?: readonly { snapshotId?: string }[] }>>(
          'ec2',
          operation,
          input,
          place.account,
          place.region,
        );
        for (const each of answer[list]?.item ?? [])
          if (each.snapshotId === undefined || !copies.has(each.snapshotId))
            wrong.push(`${operation} of ${place.account} in ${place.region}: ${JSON.stringify(each).slice(0, 200)}`);
      }
    const { Schedules = [] } = await run.aws<{ Schedules?: readonly { Name?: string; GroupName?: string }[] }>(
      'scheduler',
      'ListSchedules',
      {},
    );
    for (const { Name, GroupName } of Schedules)
      if (GroupName === `holdfast-${run.world.place.stage}` && !run.belongings.has(Name ?? ''))
        wrong.push(`the schedule ${Name} is left`);
    const { SecretList = [] } = await run.aws<{ SecretList?: readonly { Name?: string }[] }>(
      'secretsmanager',
      'ListSecrets',
      {},
    );
    for (const { Name } of SecretList) wrong.push(`the secret ${Name} is left`);
    for (const { key } of run.cloud.kernel.store.table('kms.grants').entries()) wrong.push(`the grant ${key} is left`);
    for (const { tenantId } of ledgers) {
      const { Items = [] } = await run.aws<{ Items?: readonly object[] }>('dynamodb', 'Query', {
        TableName: `holdfast-${run.world.place.stage}`,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: `TENANT#${tenantId}#LIBRARY-HOLDER` } },
      });
      for (const holder of Items) wrong.push(`the library is held: ${JSON.stringify(holder)}`);
    }
    return wrong;
  },
};
