import type { EC2Client } from '@aws-sdk/client-ec2';
import { once } from './once.ts';
import type { Person } from './person.ts';

export interface TourTenant extends Person {
  readonly name: string;
  readonly accountId: string;
  readonly hypervisorId: string;
  /** The tenant's own EC2, as it would use it itself. */
  readonly ec2: EC2Client;
  /** What rows share about it, by name. */
  readonly notes: Map<string, () => Promise<unknown>>;
}

/** What several rows look at: made once a tenant, by the row that comes first. */
export const shared = <T>(tenant: TourTenant, name: string, make: () => Promise<T>): Promise<T> => {
  const note = tenant.notes.get(name) ?? once(make);
  tenant.notes.set(name, note);
  return note() as Promise<T>;
};
