/** An invitation as a link: the template in a bucket of the operator's, and CloudFormation's page that makes a stack of it. */
import { cliCredentials } from '../adapters/aws/cli-credentials.ts';
import { presignedUrl, putTemplate, type TemplatePlace } from '../adapters/aws/publish-template.ts';
import type { InvitationView } from '../core/contracts/invitations.ts';
import { reason } from './api-failure.ts';
import { CliError, usageError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

export const STACK = 'holdfast';

/** The console takes no longer address of a template. */
const LONGEST_URL = 1_024;
/** As long as S3's are. */
const SOME_VERSION = 'x'.repeat(32);

export interface Published {
  readonly link: string;
  /** ISO-8601 */
  readonly validUntil: string;
}

/** `s3://bucket/key`. Errors: CliError. */
export const placeOf = (target: string, region: string): TemplatePlace => {
  const [, bucket, key] = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\/([\w!.()'*/-]{1,512})$/.exec(target) ?? [];
  if (bucket === undefined || key === undefined || key.endsWith('/')) {
    throw usageError(`"${target}" is no place for a template.`, {
      field: '--publish',
      remedy: 'Give a bucket and the name of an object: s3://bucket/holdfast/acme.json',
    });
  }
  const endpoint = process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL;
  return { bucket, key, region, endpoint };
};

/** The stack is made in the tenant's region; its template may be in another. */
const quickCreateLink = (region: string, templateUrl: string): string =>
  `https://${region}.console.aws.amazon.com/cloudformation/home?region=${region}#/stacks/create/review` +
  `?templateURL=${encodeURIComponent(templateUrl)}&stackName=${STACK}`;

/** Errors: CliError: no credentials, an address that the console would not take (nothing is put there then), S3's refusal. */
export const publishInvitation = async (
  { template, region }: InvitationView,
  place: TemplatePlace,
  hours: number,
): Promise<Published> => {
  const credentials = await cliCredentials(place.region)();
  const now = new Date();
  const urlOf = (versionId: string) => presignedUrl(place, versionId, credentials, hours * 3_600, now);
  if ((await urlOf(SOME_VERSION)).length > LONGEST_URL) {
    throw usageError(`CloudFormation's page takes no address of more than ${LONGEST_URL} characters.`, {
      field: '--publish',
      remedy:
        'It has your session token in it: publish with an access key of a user, or send the template itself (--output).',
    });
  }
  const versionId = await putTemplate(place, credentials, template).catch((cause: unknown) => {
    throw new CliError('NotPublished', `s3://${place.bucket}/${place.key}: ${reason(cause)}`, {
      exitCode: EXIT.refused,
      field: '--publish',
      remedy:
        'Check the bucket, its region (--bucket-region), that it keeps versions, and your right to put objects there.',
      cause,
    });
  });
  const { expiration } = credentials as { readonly expiration?: Date };
  const end = Math.min(now.getTime() + hours * 3_600_000, expiration?.getTime() ?? Number.POSITIVE_INFINITY);
  return { link: quickCreateLink(region, await urlOf(versionId)), validUntil: new Date(end).toISOString() };
};
