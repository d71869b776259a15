import { AWS_SAYS } from '../aws-words.ts';
import type { Difference } from '../difference.ts';

/** Who may do what: roles, access keys, permissions. */
export const ACCESS: readonly Difference[] = [
  {
    test: /accounts › of a role that insists on its ExternalId/,
    says: /can be assumed without an ExternalId/,
    moto: 'Trust policies are not read: anybody assumes any role.',
    aws: 'A role whose trust policy names an ExternalId is assumed only with it.',
    evidence: [AWS_SAYS.externalId],
  },
  {
    test: /accounts › are not made with another tenant’s ExternalId/,
    says: /Missing expected rejection/,
    moto: 'Trust policies are not read: anybody assumes any role.',
    aws: 'Another ExternalId is refused with AccessDenied.',
    evidence: [AWS_SAYS.externalId],
  },
  {
    test: /accounts › are not made of a role that is gone/,
    says: /Missing expected rejection/,
    moto: 'Roles need not exist to be assumed.',
    aws: 'Who may assume a role is said by that role’s trust policy: without a role AccessDenied.',
    evidence: [AWS_SAYS.trustPolicy],
  },
  {
    test: /accounts › are not made with an access key that is nobody’s/,
    says: /Missing expected rejection/,
    moto: 'Access keys and signatures are not checked.',
    aws: 'InvalidClientTokenId: the certificate or key id does not exist.',
    evidence: [AWS_SAYS.unknownKey],
    open: 'The words are EC2’s, of errors common to its actions; STS’s own page was not found.',
  },
  {
    test: /instances of a tenant › and volumes of the tenant’s own are tagged by nobody/,
    says: /Missing expected rejection \(TenantAccessLost\)/,
    moto: 'Permissions are not checked unless the whole server is told to, and then conditions on tags are not known.',
    aws: 'What no policy allows is refused (UnauthorizedOperation); session policies with conditions on tags narrow a role.',
    evidence: [AWS_SAYS.implicitDeny, AWS_SAYS.unauthorized],
  },
  {
    test: /snapshots of a tenant › that are not ours cannot be deleted/,
    says: /Missing expected rejection \(TenantAccessLost\)/,
    moto: 'Permissions are not checked unless the whole server is told to, and then conditions on tags are not known.',
    aws: 'What no policy allows is refused (UnauthorizedOperation); session policies with conditions on tags narrow a role.',
    evidence: [AWS_SAYS.implicitDeny, AWS_SAYS.unauthorized],
  },
  {
    test: /snapshots of a tenant › are copied only where they are ours/,
    says: /Missing expected rejection \(TenantAccessLost\)/,
    moto: 'Permissions are not checked unless the whole server is told to, and then conditions on tags are not known.',
    aws: 'What no policy allows is refused (UnauthorizedOperation); session policies with conditions on tags narrow a role.',
    evidence: [AWS_SAYS.implicitDeny, AWS_SAYS.unauthorized],
  },
  {
    test: /volumes of a tenant › of another instance, and another job’s/,
    says: /Missing expected rejection \(TenantAccessLost\)/,
    moto: 'Permissions are not checked unless the whole server is told to, and then conditions on tags are not known.',
    aws: 'What no policy allows is refused (UnauthorizedOperation); session policies with conditions on tags narrow a role.',
    evidence: [AWS_SAYS.implicitDeny, AWS_SAYS.unauthorized],
  },
  {
    test: /work area, for steps › does not take what is refused for absent/,
    says: /Missing expected rejection/,
    moto: 'Permissions are not checked unless the whole server is told to, and then conditions on tags are not known.',
    aws: 'An object that may neither be read nor listed is AccessDenied.',
    evidence: [AWS_SAYS.withoutListing],
  },
];
