/**
 * What a tenant account has to allow, by feature: each document below `tenant/` is a part that one feature or several
 * need, and each statement is in one document only. What is bundled with functions and what the CLI prints is made here.
 */
import type { PermissionPolicy } from '../../core/domain/permissions.ts';
import accessKey from './tenant/access-key.json' with { type: 'json' };
import applicationConsistent from './tenant/application-consistent.json' with { type: 'json' };
import base from './tenant/base.json' with { type: 'json' };
import changeInstances from './tenant/change-instances.json' with { type: 'json' };
import check from './tenant/check.json' with { type: 'json' };
import encrypted from './tenant/encrypted.json' with { type: 'json' };
import instanceProfile from './tenant/instance-profile.json' with { type: 'json' };
import instanceTypes from './tenant/instance-types.json' with { type: 'json' };
import launchInstances from './tenant/launch-instances.json' with { type: 'json' };
import listBlocks from './tenant/list-blocks.json' with { type: 'json' };
import makeVolumes from './tenant/make-volumes.json' with { type: 'json' };
import readBlocks from './tenant/read-blocks.json' with { type: 'json' };
import regionCopy from './tenant/region-copy.json' with { type: 'json' };
import replaceVolumes from './tenant/replace-volumes.json' with { type: 'json' };
import settings from './tenant/settings.json' with { type: 'json' };
import takeSnapshots from './tenant/take-snapshots.json' with { type: 'json' };
import volumeTags from './tenant/volume-tags.json' with { type: 'json' };
import writeBlocks from './tenant/write-blocks.json' with { type: 'json' };

/** An IAM policy document. */
export interface PermissionDocument extends PermissionPolicy {
  readonly Version: string;
}

/** By file name. The order is that of the statements in a document of several. */
const DOCUMENTS = {
  base,
  check,
  'take-snapshots': takeSnapshots,
  'list-blocks': listBlocks,
  'read-blocks': readBlocks,
  settings,
  'instance-types': instanceTypes,
  'region-copy': regionCopy,
  'application-consistent': applicationConsistent,
  encrypted,
  'access-key': accessKey,
  'write-blocks': writeBlocks,
  'make-volumes': makeVolumes,
  'launch-instances': launchInstances,
  'instance-profile': instanceProfile,
  'volume-tags': volumeTags,
  'change-instances': changeInstances,
  'replace-volumes': replaceVolumes,
} as const;

export type TenantDocument = keyof typeof DOCUMENTS;

export const tenantDocuments: Readonly<Record<TenantDocument, PermissionDocument>> = DOCUMENTS;

/** What an operator may leave out, with the documents that it takes. `base` comes with each. */
export const TENANT_FEATURES = {
  streaming: ['take-snapshots', 'list-blocks', 'read-blocks'],
  snapshot: ['take-snapshots'],
  'backup-copy': ['take-snapshots', 'list-blocks', 'read-blocks'],
  settings: ['settings', 'instance-types'],
  'application-consistent': ['application-consistent'],
  'region-copy': ['region-copy'],
  encrypted: ['encrypted'],
  restore: ['instance-types', 'make-volumes', 'launch-instances', 'change-instances'],
  'restore-from-library': ['list-blocks', 'write-blocks'],
  'restore-volumes': ['make-volumes'],
  'restore-attached': ['make-volumes', 'change-instances'],
  'restore-in-place': ['make-volumes', 'change-instances', 'replace-volumes'],
  'instance-profile': ['instance-profile'],
  'volume-tags': ['volume-tags'],
  check: ['check'],
  'access-key': ['access-key'],
} as const satisfies Readonly<Record<string, readonly TenantDocument[]>>;

export type TenantFeature = keyof typeof TENANT_FEATURES;

export const tenantFeatures = Object.keys(TENANT_FEATURES) as readonly TenantFeature[];
/** Of a role; an access key's sessions are a right of their own. */
export const ROLE_FEATURES = tenantFeatures.filter((feature) => feature !== 'access-key');

const VERSION = '2012-10-17';

const documentsFor = (features: readonly TenantFeature[]): readonly TenantDocument[] => {
  const wanted = new Set<TenantDocument>(['base', ...features.flatMap((feature) => TENANT_FEATURES[feature])]);
  return (Object.keys(DOCUMENTS) as TenantDocument[]).filter((name) => wanted.has(name));
};

const joined = (names: readonly TenantDocument[]): PermissionDocument => ({
  Version: VERSION,
  Statement: names.flatMap((name) => tenantDocuments[name].Statement),
});

/** One policy document; it may be longer than a managed policy: see `tenantPolicies`. */
export const tenantPermissions = (features: readonly TenantFeature[]): PermissionDocument =>
  joined(documentsFor(features));

const RESTORES: ReadonlySet<TenantDocument> = new Set([
  'write-blocks',
  'make-volumes',
  'launch-instances',
  'instance-profile',
  'volume-tags',
  'change-instances',
  'replace-volumes',
]);

/** IAM's limit for a managed policy, in characters without white space. A user's inline policies have 2,048 together. */
export const LONGEST_MANAGED_POLICY = 6_144;

/** The same statements as `tenantPermissions`, in managed policies by what they are for; a part without any is left out. */
export const tenantPolicies = (
  features: readonly TenantFeature[],
): readonly { readonly part: 'protect' | 'restore'; readonly document: PermissionDocument }[] => {
  const names = documentsFor(features);
  const parts = [
    { part: 'protect', document: joined(names.filter((name) => !RESTORES.has(name))) },
    { part: 'restore', document: joined(names.filter((name) => RESTORES.has(name))) },
  ] as const;
  return parts.filter(({ document }) => document.Statement.length > 0);
};
