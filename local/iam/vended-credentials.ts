import { timingSafeEqual } from 'node:crypto';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel } from '../kernel/service.ts';
import { openVault } from '../kernel/vault.ts';

/** As a process in an instance or container gets the credentials of its role: from a URL, with a token. */
export interface VendedCredentials {
  /** Registers a role session; the same again for the same role and name, also after a restart. */
  register(roleArn: string, sessionName: string, servicePrincipal: string): { name: string; token: string };
  /** Credentials in the form of AWS_CONTAINER_CREDENTIALS_FULL_URI. Throws AwsError. */
  fetch(name: string, token: string): Promise<ContainerCredentials>;
}

export interface ContainerCredentials {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  /** ISO 8601. */
  readonly Expiration: string;
  readonly RoleArn: string;
}

interface Registration {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly servicePrincipal: string;
}

/** Instance profiles give out credentials of about six hours. */
const SECONDS = 6 * 3600;

export const openVendedCredentials = (kernel: Kernel): VendedCredentials => {
  const registrations = kernel.store.table<Registration>('iam.vended');
  const vault = openVault(kernel.store);
  const tokenOf = (name: string): string => vault.derive(`vended/${name}`).toString('hex').slice(0, 64);
  return {
    register(roleArn, sessionName, servicePrincipal) {
      const name = vault
        .derive(`vended-name/${servicePrincipal}/${roleArn}/${sessionName}`)
        .toString('hex')
        .slice(0, 24);
      registrations.put(name, { roleArn, sessionName, servicePrincipal });
      return { name, token: tokenOf(name) };
    },
    async fetch(name, token) {
      const registration = registrations.get(name);
      const [given, wanted] = [Buffer.from(token), Buffer.from(tokenOf(name))];
      if (!registration || given.length !== wanted.length || !timingSafeEqual(given, wanted))
        throw new AwsError('AccessDenied', 'There are no credentials for this name and token.', 403);
      const { roleArn, sessionName, servicePrincipal } = registration;
      const principal = await kernel.serviceSession(servicePrincipal, roleArn, sessionName);
      const issued = kernel.issueCredentials(principal, SECONDS);
      return {
        AccessKeyId: issued.AccessKeyId,
        SecretAccessKey: issued.SecretAccessKey,
        Token: issued.SessionToken,
        Expiration: new Date(issued.Expiration * 1000).toISOString(),
        RoleArn: roleArn,
      };
    },
  };
};
