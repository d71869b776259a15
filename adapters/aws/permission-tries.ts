import { DescribeInstancesCommand, DescribeSnapshotsCommand, type EC2Client } from '@aws-sdk/client-ec2';
import { TAG } from '../../core/domain/effect.ts';
import { type PermissionAnswer, type PermissionQuestion, resourceKind } from '../../core/domain/permissions.ts';
import { inParallel } from '../../core/ports/in-parallel.ts';
import { awsMessage, awsName, isRefused, isTransient, transientFailure } from './classify.ts';
import { type DryRun, dryRunsOn, type Needed } from './permission-dry-runs.ts';

const AT_ONCE = 4;

/** Answers what dry runs can tell; one that fails for another reason tells nothing. Errors: TransientFailure. */
export const tryOut = async (
  ec2: EC2Client,
  region: string,
  questions: readonly PermissionQuestion[],
): Promise<readonly PermissionAnswer[]> => {
  const tries = dryRunsOn({ region, instance: await anInstance(ec2), snapshot: await aSnapshotOfOurs(ec2) });
  const useful = tries.filter(({ needs }) =>
    questions.some((question) => needs.some((need) => isAbout(question, need))),
  );
  const found = (await inParallel(useful, AT_ONCE, (one) => outcomeOf(ec2, one))).flat();
  return questions.flatMap((question) => {
    const own = found.filter(({ need }) => isAbout(question, need)).map(({ verdict }) => verdict);
    const verdict = own.find((one) => one !== 'allowed') ?? own[0];
    return verdict ? [{ question, verdict, foundBy: 'dry run' as const }] : [];
  });
};

interface Found {
  readonly need: Needed;
  readonly verdict: PermissionAnswer['verdict'];
}

const isAbout = ({ action, resource, context }: PermissionQuestion, need: Needed): boolean =>
  action === need.action &&
  resourceKind(resource) === need.kind &&
  context.length === Object.keys(need.context).length &&
  context.every(({ key, values }) => need.context[key] === values[0]);

const outcomeOf = async (ec2: EC2Client, { needs, run }: DryRun): Promise<readonly Found[]> => {
  try {
    await run(ec2);
  } catch (error) {
    if (awsName(error) === 'DryRunOperation') return needs.map((need) => ({ need, verdict: 'allowed' }));
    if (isTransient(error)) throw transientFailure('a dry run', error);
    if (awsName(error) === 'UnauthorizedOperation') return refusedBy(needs, awsMessage(error));
    return [];
  }
  throw new TypeError('EC2 has taken a dry run for a real call');
};

/**
 * EC2 stops at the first access that is not allowed, and mostly says which. Where it tells only in its encoded form, a try
 * that needs more than one action tells nothing.
 */
const refusedBy = (needs: readonly Needed[], message: string): readonly Found[] => {
  const verdict = /explicit deny/.test(message) ? 'forbidden' : 'missing';
  const [, action, resource] = /not authorized to perform: (\S+) on resource: (\S+)/.exec(message) ?? [];
  const of = action === undefined && new Set(needs.map((need) => need.action)).size === 1 ? needs : [];
  const named = needs.filter(
    (need) =>
      need.action === action &&
      (need.kind === '' || (need.kind === resourceKind(resource ?? '') && resource?.endsWith(`/${need.id}`))),
  );
  return [...of, ...named].map((need) => ({ need, verdict }));
};

/** Undefined also if the account does not let us look: the dry run of the same call says so. */
const seen = async <T>(look: () => Promise<T | undefined>): Promise<T | undefined> => {
  try {
    return await look();
  } catch (error) {
    if (isTransient(error)) throw transientFailure('ec2:Describe', error);
    if (isRefused(error)) return undefined;
    throw error;
  }
};

const anInstance = (ec2: EC2Client) =>
  seen(async () => {
    const { Reservations } = await ec2.send(
      new DescribeInstancesCommand({
        MaxResults: 5,
        Filters: [{ Name: 'instance-state-name', Values: ['running', 'stopped'] }],
      }),
    );
    return Reservations?.flatMap(({ Instances = [] }) => Instances)[0];
  });

const aSnapshotOfOurs = (ec2: EC2Client) =>
  seen(async () => {
    const { Snapshots } = await ec2.send(
      new DescribeSnapshotsCommand({
        OwnerIds: ['self'],
        MaxResults: 5,
        Filters: [
          { Name: `tag:${TAG.job}`, Values: ['job-*'] },
          { Name: 'status', Values: ['completed'] },
        ],
      }),
    );
    return Snapshots?.[0];
  });
