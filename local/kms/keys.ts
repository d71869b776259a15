import { randomBytes } from 'node:crypto';
import type { Directory } from '../iam/directory.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Call, Kernel, PolicyDocument } from '../kernel/service.ts';
import { openVault } from '../kernel/vault.ts';
import { EBS_ALIAS, ebsKeyId, ebsKeyPolicy } from './key-policies.ts';
import type { AliasRecord, KeyRecord } from './records.ts';

/** A key, and the alias by which the caller named it. */
export interface Named {
  readonly key: KeyRecord;
  readonly alias?: string;
}

export interface Keys {
  /** By key id, key ARN, alias name or alias ARN, as the call's account and region see it. Throws NotFoundException. */
  find(name: string, call: Pick<Call, 'accountId' | 'region'>): Named;
  byId(region: string, keyId: string): KeyRecord | undefined;
  create(key: {
    readonly accountId: string;
    readonly region: string;
    readonly description?: string;
    readonly policy: PolicyDocument;
    readonly tags?: Readonly<Record<string, string>>;
  }): KeyRecord;
  put(key: KeyRecord): void;
  /** The key's 32 secret bytes. Throws DisabledException or KMSInvalidStateException unless it may be used. */
  material(key: KeyRecord): Buffer;
  aliases(accountId: string, region: string): AliasRecord[];
  putAlias(accountId: string, region: string, alias: AliasRecord): void;
  deleteAlias(accountId: string, region: string, name: string): void;
  pin(policy: PolicyDocument): PolicyDocument;
}

export const openKeys = (kernel: Kernel, directory: Directory): Keys => {
  const { store, clock, randomHex } = kernel;
  const vault = openVault(store);
  const keys = store.table<KeyRecord>('kms.keys');
  const aliases = store.table<AliasRecord>('kms.aliases');
  const sealContext = (arn: string): string => `kms/${arn}`;

  const pin = (policy: PolicyDocument): PolicyDocument => {
    try {
      return directory.pin(policy);
    } catch (error) {
      throw new AwsError('MalformedPolicyDocumentException', (error as Error).message);
    }
  };

  const byId: Keys['byId'] = (region, keyId) => {
    const key = keys.get(`${region}/${keyId}`);
    return key?.deletionAt !== undefined && key.deletionAt <= clock.now() ? undefined : key;
  };

  const make = (input: Parameters<Keys['create']>[0], keyId: string, manager: KeyRecord['manager']): KeyRecord => {
    const { accountId, region, description = '', policy, tags = {} } = input;
    const arn = `arn:aws:kms:${region}:${accountId}:key/${keyId}`;
    const material = vault.seal(randomBytes(32), sealContext(arn));
    const key: KeyRecord = {
      keyId,
      arn,
      accountId,
      region,
      description,
      manager,
      policy,
      pinnedPolicy: pin(policy),
      material,
      enabled: true,
      createdAt: clock.now(),
      tags,
    };
    keys.put(`${region}/${keyId}`, key);
    return key;
  };

  /** AWS makes an account's `aws/ebs` key when it is first needed. */
  const ebsKey = (accountId: string, region: string): KeyRecord => {
    const keyId = ebsKeyId(accountId, region);
    const known = byId(region, keyId);
    if (known) return known;
    const description = 'Default key that protects my EBS volumes when no other key is defined';
    return make({ accountId, region, description, policy: ebsKeyPolicy(accountId, region) }, keyId, 'AWS');
  };

  const findAlias = (accountId: string, region: string, name: string): KeyRecord | undefined => {
    if (name === EBS_ALIAS && directory.account(accountId)) return ebsKey(accountId, region);
    const alias = aliases.get(`${accountId}/${region}/${name}`);
    return alias && byId(region, alias.keyId);
  };

  return {
    byId,
    pin,
    find(name, { accountId, region }) {
      const [, arnRegion, arnAccount, resource] = /^arn:aws:kms:([^:]+):(\d{12}):(.+)$/.exec(name) ?? [];
      if (arnRegion !== undefined && arnRegion !== region)
        throw new AwsError('NotFoundException', `Invalid arn ${arnRegion}`);
      const owner = arnAccount ?? accountId;
      const local = resource ?? name;
      if (local.startsWith('alias/')) {
        const key = findAlias(owner, region, local);
        if (key) return { key, alias: local };
        throw new AwsError('NotFoundException', `Alias arn:aws:kms:${region}:${owner}:${local} is not found.`);
      }
      const keyId = resource === undefined ? name : resource.replace(/^key\//, '');
      if (keyId === ebsKeyId(owner, region) && directory.account(owner)) return { key: ebsKey(owner, region) };
      const key = byId(region, keyId);
      if (key && key.accountId === owner) return { key };
      throw new AwsError('NotFoundException', `Key 'arn:aws:kms:${region}:${owner}:key/${keyId}' does not exist`);
    },
    create: (input) => {
      const hex = randomHex(16);
      const keyId = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
      return make(input, keyId, 'CUSTOMER');
    },
    put: (key) => keys.put(`${key.region}/${key.keyId}`, key),
    material(key) {
      if (key.deletionAt !== undefined)
        throw new AwsError('KMSInvalidStateException', `${key.arn} is pending deletion.`);
      if (!key.enabled) throw new AwsError('DisabledException', `${key.arn} is disabled.`);
      return vault.unseal(key.material, sealContext(key.arn));
    },
    aliases: (accountId, region) => [...aliases.entries(`${accountId}/${region}/`)].map(({ value }) => value),
    putAlias: (accountId, region, alias) => aliases.put(`${accountId}/${region}/${alias.name}`, alias),
    deleteAlias: (accountId, region, name) => aliases.delete(`${accountId}/${region}/${name}`),
  };
};

export const keyState = (key: KeyRecord): 'Enabled' | 'Disabled' | 'PendingDeletion' =>
  key.deletionAt !== undefined ? 'PendingDeletion' : key.enabled ? 'Enabled' : 'Disabled';
