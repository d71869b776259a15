export interface SecretVersion {
  readonly versionId: string;
  readonly stages: readonly string[];
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly kind: 'string' | 'binary';
  /** The value, sealed. */
  readonly sealed: Uint8Array;
}

export interface SecretRecord {
  readonly arn: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly description?: string;
  readonly kmsKeyId?: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  readonly changedAt: number;
  /** When it was marked for deletion, and when it goes. */
  readonly deletion?: { readonly markedAt: number; readonly goesAt: number };
  readonly versions: readonly SecretVersion[];
}

export interface SecretValue {
  readonly kind: 'string' | 'binary';
  readonly bytes: Buffer;
}
