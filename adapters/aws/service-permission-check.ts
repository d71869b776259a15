import { IAMClient } from '@aws-sdk/client-iam';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { PermissionProbe } from '../../core/contracts/permissions.ts';
import type { ServiceHypervisor } from '../../core/domain/hypervisor.ts';
import type { LibraryBuckets } from '../../core/ports/service-account.ts';
import type { ServicePermissionCheck } from '../../core/ports/service-permission-check.ts';
import { awsMessage, awsName, callOwn, isTransient, required, transientFailure } from './classify.ts';
import { clientSettings } from './clients.ts';
import { simulate } from './permission-simulator.ts';
import { callService } from './service-account-calls.ts';
import { createServiceCredentials, type ServiceCredentialsOptions } from './service-credentials.ts';
import { stsClient } from './sts-sessions.ts';

export interface ServicePermissionCheckOptions extends ServiceCredentialsOptions {
  /** Of the control plane. */
  readonly accountId: string;
  readonly buckets: LibraryBuckets;
}

const accountOf = (arn: string): string => arn.split(':')[4] ?? '';

export const createServicePermissionCheck = (options: ServicePermissionCheckOptions): ServicePermissionCheck => {
  const { hubRoleArn, region } = options;
  const credentialsFor = createServiceCredentials(options);

  return {
    async ask(service, principalArn, questions) {
      const account = accountOf(principalArn);
      const own = account === options.accountId;
      if (!own && account !== service.accountId) return { simulated: false, answers: [] };
      const client = new IAMClient(clientSettings('own', region, own ? undefined : await credentialsFor(service)));
      try {
        return { simulated: true, answers: await simulate(client, principalArn, questions) };
      } catch (error) {
        if (isTransient(error)) throw transientFailure('iam:SimulatePrincipalPolicy', error);
        // NoSuchEntity: there is no such role; what it should be allowed is not.
        if (awsName(error) === 'NoSuchEntity' || awsName(error) === 'NoSuchEntityException') {
          const answers = questions.map((question) => ({
            question,
            verdict: 'missing' as const,
            foundBy: 'simulator' as const,
            note: `There is no ${principalArn}.`,
          }));
          return { simulated: true, answers };
        }
        if (/^AccessDenied/.test(awsName(error))) return { simulated: false, answers: [] };
        throw error;
      } finally {
        client.destroy();
      }
    },

    async principal(service) {
      const { auth } = service;
      if (auth.method === 'assume-role') return auth.roleArn;
      const credentials = await credentialsFor(service);
      if (!credentials) return hubRoleArn;
      const { Arn } = await callService(service)('sts:GetCallerIdentity', () =>
        stsClient(region, credentials).send(new GetCallerIdentityCommand({})),
      );
      return required(Arn, 'Arn', 'sts:GetCallerIdentity');
    },

    async probe(service) {
      const { restores, work } = service.queues;
      const sqs = new SQSClient(clientSettings('own', region));
      const queue = (name: string, url: string) =>
        outcomeOf(`queue of ${name}`, 'sqs:GetQueueAttributes', url, () =>
          sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] })),
        );
      return [
        await queue('restores', restores),
        await queue('other orders', work),
        await libraryProbe(service, options.buckets),
      ];
    },
  };
};

const LOCK_OF = {
  enabled: 'is there, with Object Lock.',
  none: 'is there, without Object Lock.',
  absent: 'is not there.',
  denied: 'does not let the operators’ API look: its policy has to (s3:GetBucketObjectLockConfiguration).',
} as const;

/** Errors: TransientFailure. */
const libraryProbe = async (
  { mediaAgent: { library } }: ServiceHypervisor,
  buckets: LibraryBuckets,
): Promise<PermissionProbe> => {
  const what = 'library';
  if (library.kind === 'disk')
    return { what, outcome: 'nothing to probe', detail: 'Only access nodes see the folder of a disk library.' };
  const lock = await buckets.objectLock(library.bucket, library.region);
  const there = lock === 'enabled' || lock === 'none';
  return { what, outcome: there ? 'works' : 'refused', detail: `The bucket ${library.bucket} ${LOCK_OF[lock]}` };
};

/** Errors: TransientFailure. */
const outcomeOf = async (
  what: string,
  action: string,
  subject: string,
  call: () => Promise<unknown>,
): Promise<PermissionProbe> => {
  try {
    await callOwn(action, call);
    return { what, outcome: 'works', detail: `${subject} answers ${action}.` };
  } catch (error) {
    if (isTransient(error) || (error instanceof Error && error.name === 'TransientFailure')) throw error;
    const said = `${awsName(error)} ${awsMessage(error)}`.trim();
    return { what, outcome: 'refused', detail: `${subject} does not answer ${action}: ${said}`.slice(0, 1_000) };
  }
};
