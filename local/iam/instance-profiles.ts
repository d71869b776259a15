import type { Store } from '../kernel/store.ts';
import type { InstanceProfileRecord } from './records.ts';

/** Instance profiles: what gives an EC2 instance a role. */
export interface InstanceProfiles {
  find(accountId: string, name: string): InstanceProfileRecord | undefined;
  put(profile: InstanceProfileRecord): void;
  delete(accountId: string, name: string): void;
  /** Those of an account that hold a role. */
  holding(accountId: string, roleName: string): InstanceProfileRecord[];
  /**
   * The role that an instance with this profile has; undefined if the profile holds none. A profile that nobody made
   * is taken to hold the role of its name, as those that consoles make do: test accounts need no profiles then.
   */
  roleArnOf(profileArn: string): string | undefined;
}

export const openInstanceProfiles = (store: Store): InstanceProfiles => {
  const table = store.table<InstanceProfileRecord>('iam.instance-profiles');
  const find: InstanceProfiles['find'] = (accountId, name) => table.get(`${accountId}/${name}`);
  return {
    find,
    put: (profile) => table.put(`${profile.accountId}/${profile.name}`, profile),
    delete: (accountId, name) => table.delete(`${accountId}/${name}`),
    holding: (accountId, roleName) =>
      [...table.entries(`${accountId}/`)].map(({ value }) => value).filter((profile) => profile.roleName === roleName),
    roleArnOf(profileArn) {
      const [, accountId = '', name = ''] =
        /^arn:aws:iam::(\d{12}):instance-profile\/(?:.*\/)?([^/]+)$/.exec(profileArn) ?? [];
      const profile = find(accountId, name);
      const roleName = profile ? profile.roleName : name;
      return roleName && `arn:aws:iam::${accountId}:role/${roleName}`;
    },
  };
};
