import type { LocalHoldfast } from '../../local-holdfast.ts';
import type { Client, Identity } from './client.ts';

export interface Scene {
  readonly local: LocalHoldfast;
  /** Administers the account of the deployment. */
  readonly service: Client;
  /** Administers the account of a tenant. */
  readonly tenant: Client;
  as(identity: Identity): Client;
  readonly accounts: { readonly service: string; readonly tenant: string; readonly tenantUserArn: string };
  readonly region: string;
  /** Of the deployment. */
  readonly table: string;
  /** For files of this check. */
  readonly folder: string;
  readonly programs: { readonly python: string; readonly coldsnap: string };
}

/** One thing that a program of somebody else's does as it does on AWS. */
export interface Check {
  readonly name: string;
  run(scene: Scene): Promise<void>;
}
