/** Whether credentials that somebody gave us work, and whose they are. */
import type { AccessKey } from '../domain/access-key.ts';

export interface CredentialCheck {
  /** Who the credentials are; `accountId` is STS's word. Errors: CredentialsRejected (wrong secret, role not assumable). */
  identify(
    auth: TenantAuthInput | { readonly method: 'iam-role' },
    region: string,
  ): Promise<{ readonly accountId: string; readonly arn: string }>;
  /** Whether sessions can be made from a tenant's access key, as jobs make them. Errors: CredentialsRejected. */
  checkSessions(key: AccessKey, region: string): Promise<void>;
}

export type TenantAuthInput =
  | { readonly method: 'assume-role'; readonly roleArn: string; readonly externalId: string }
  | ({ readonly method: 'access-key' } & AccessKey);
