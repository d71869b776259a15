import type { PolicyDocument } from '../kernel/service.ts';

export type EncryptionContext = Readonly<Record<string, string>>;

export interface KeyRecord {
  readonly keyId: string;
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  readonly description: string;
  readonly manager: 'CUSTOMER' | 'AWS';
  /** As it was put. */
  readonly policy: PolicyDocument;
  /** With users and roles by unique id. */
  readonly pinnedPolicy: PolicyDocument;
  /** 32 bytes, sealed. */
  readonly material: Uint8Array;
  readonly enabled: boolean;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  /** Milliseconds since 1970; from then on there is no such key. */
  readonly deletionAt?: number;
  readonly tags: Readonly<Record<string, string>>;
}

export interface AliasRecord {
  /** With its prefix: `alias/…`. */
  readonly name: string;
  readonly keyId: string;
  readonly createdAt: number;
}

export interface GrantRecord {
  readonly grantId: string;
  readonly token: string;
  readonly granteePrincipal: string;
  readonly retiringPrincipal?: string;
  readonly operations: readonly string[];
  readonly name?: string;
  readonly constraints?: {
    readonly EncryptionContextSubset?: EncryptionContext | undefined;
    readonly EncryptionContextEquals?: EncryptionContext | undefined;
  };
  readonly issuingAccount: string;
  readonly createdAt: number;
}
