import type { Access, Principal } from '../kernel/service.ts';

/**
 * Condition keys of one request, by lower-case name. A key with an empty list is known to have no value; a key that
 * is missing is one that this cloud does not know about.
 */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

/** Keys whose absence means that the request has none, because whoever could set them always does. */
const KNOWN_FAMILIES = [
  /^aws:(request|resource|principal)tag\//,
  /^(ec2|ebs|s3|sqs|secretsmanager|dynamodb|lambda|states|ssm|iam):(resource|request|existingobject)?tag\//,
  /^aws:(tagkeys|sourceidentity|sourcearn|sourceaccount|sourceorgid|sourcevpc|sourcevpce|username|calledvia|principalservicename|federatedprovider)$/,
  /^aws:(multifactorauthpresent|multifactorauthage)$/,
  /^sts:(externalid|rolesessionname|sourceidentity|transitivetagkeys)$/,
  /^kms:(encryptioncontext:|encryptioncontextkeys$|viaservice$|grantisforawsresource$|requestalias$|grantoperations$|granteeprincipal$)/,
  /^ec2:createaction$/,
];

/** What is known of a key: its values, `[]` where the request certainly has none, or undefined. */
export const lookUp = (context: RequestContext, key: string): readonly string[] | undefined => {
  const name = key.toLowerCase();
  return context.get(name) ?? (KNOWN_FAMILIES.some((family) => family.test(name)) ? [] : undefined);
};

export const buildContext = (principal: Principal, region: string, now: number, access: Access): RequestContext => {
  const context = new Map<string, readonly string[]>();
  const set = (key: string, value: string | readonly string[] | undefined): void => {
    if (value !== undefined) context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  };
  if (principal.kind === 'service') {
    set('aws:PrincipalServiceName', principal.arn);
    set('aws:PrincipalIsAWSService', 'true');
    if (!principal.hidesSource) {
      set('aws:SourceAccount', principal.accountId);
      set('aws:SourceArn', principal.sourceArn);
    }
  } else {
    set('aws:PrincipalArn', principal.roleArn ?? principal.arn);
    set('aws:PrincipalAccount', principal.accountId);
    set('aws:PrincipalType', PRINCIPAL_TYPES[principal.kind]);
    set('aws:PrincipalIsAWSService', 'false');
    set('aws:userid', principal.userId);
    // Only credentials that an instance got from its own profile have it.
    set('ec2:SourceInstanceARN', principal.sourceArn ?? []);
    if (principal.kind === 'user') set('aws:username', principal.arn.split('/').at(-1));
  }
  set('aws:SourceIdentity', principal.sourceIdentity);
  for (const [key, value] of Object.entries(principal.sessionTags ?? {})) set(`aws:PrincipalTag/${key}`, value);
  set('aws:ViaAWSService', String(principal.viaService !== undefined));
  if (principal.viaService) set('aws:CalledVia', [`${principal.viaService}.amazonaws.com`]);
  set('aws:CurrentTime', new Date(now).toISOString());
  set('aws:EpochTime', String(Math.floor(now / 1000)));
  set('aws:SecureTransport', 'true');
  set('aws:RequestedRegion', region);
  set('aws:ResourceAccount', access.resourceAccountId ?? principal.accountId);
  for (const [key, value] of Object.entries(access.context ?? {})) set(key, value);
  return context;
};

const PRINCIPAL_TYPES = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
} as const;
