/** What is filled in before a hypervisor is added: all of it but the secret, so that it can be in the address. */
import type { z } from 'zod';
import { AddHypervisor } from '../../../../core/contracts/api.ts';
import { texts } from '../../../texts.ts';
import { featuresIn } from '../features.ts';

const EMPTY = {
  kind: 'tenant',
  name: '',
  accountId: '',
  region: '',
  method: 'assume-role',
  features: '',
  roleArn: '',
  externalId: '',
  accessKeyId: '',
  accessNodes: 'manual',
  nodeSubnets: '',
  library: 'own',
  bucket: '',
  prefix: '',
  libraryRoleArn: '',
  maintenanceRoleArn: '',
  kmsKeyArn: '',
  path: '',
  lock: 'none',
  recoveryPublicKey: '',
};

export type Draft = Readonly<typeof EMPTY>;
export type Method = 'assume-role' | 'access-key' | 'iam-role';
type Body = z.input<typeof AddHypervisor>;

const NAMES = Object.keys(EMPTY) as (keyof Draft)[];

export const kindOf = ({ kind }: Pick<Draft, 'kind'>): 'tenant' | 'service' => (kind === 'service' ? kind : 'tenant');

/** A1, A2: an IAM role is for service hypervisors. */
export const methodsOf = (draft: Draft): readonly Method[] =>
  kindOf(draft) === 'tenant' ? ['assume-role', 'access-key'] : ['iam-role', 'assume-role', 'access-key'];

export const methodOf = (draft: Draft): Method =>
  methodsOf(draft).find((each) => each === draft.method) ?? methodsOf(draft)[0] ?? 'assume-role';

export const draftFrom = (search: URLSearchParams): Draft => ({
  ...EMPTY,
  ...Object.fromEntries(NAMES.flatMap((name) => (search.has(name) ? [[name, search.get(name) ?? '']] : []))),
  features: featuresIn(search.get('features')).join(','),
});

/** What differs from the beginning. */
export const searchOf = (draft: Draft): Record<string, string> =>
  Object.fromEntries(NAMES.flatMap((name) => (draft[name] === EMPTY[name] ? [] : [[name, draft[name]]])));

const given = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));

const authOf = (draft: Draft, secretAccessKey: string): unknown => {
  const { roleArn, externalId, accessKeyId } = draft;
  const method = methodOf(draft);
  if (method === 'iam-role') return { method };
  if (method === 'access-key') return { method, accessKeyId, secretAccessKey };
  return { method, roleArn, ...(kindOf(draft) === 'tenant' ? {} : { externalId }) };
};

const libraryOf = ({ library, bucket, prefix, libraryRoleArn, maintenanceRoleArn, kmsKeyArn, path }: Draft): object => {
  if (library === 'disk') return { library: { kind: 'disk', path } };
  if (library !== 's3') return {};
  const more = given({ roleArn: libraryRoleArn, maintenanceRoleArn, kmsKeyArn });
  return { library: { kind: 's3', bucket, prefix, ...more } };
};

/** Named where nodes come by themselves: between commas or spaces. */
const nodesOf = ({ accessNodes, nodeSubnets }: Draft): object => {
  const subnets = nodeSubnets.split(/[\s,]+/).filter(Boolean);
  return { accessNodes, ...(accessNodes === 'automatic' && subnets.length > 0 ? { nodeSubnets: subnets } : {}) };
};

/** What is sent. */
export const bodyOf = (draft: Draft, secretAccessKey: string): Body => {
  const { name, accountId, region, lock, recoveryPublicKey } = draft;
  const base = { kind: kindOf(draft), name, accountId, region, auth: authOf(draft, secretAccessKey) };
  if (base.kind === 'tenant') return base as Body;
  const lends = { ...nodesOf(draft), ...libraryOf(draft), ...(lock === 'none' ? {} : { lock }), recoveryPublicKey };
  return { ...base, ...lends } as Body;
};

const valueAt = (body: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], body);

/**
 * What the contract says against it: the first sentence of each field, by the field's path (`auth.roleArn`); of a list's items
 * at the list.
 */
export const problemsOf = (body: Body): ReadonlyMap<string, string> => {
  const { error } = AddHypervisor.safeParse(body);
  const words = texts.addHypervisor;
  const found = (error?.issues ?? []).map(({ path, message }): [string, string] => {
    const sentence = message.startsWith('must ') ? message : words.wrong;
    const field = path.filter((part) => typeof part === 'string').join('.');
    return [field, valueAt(body, path) === '' ? words.needed : sentence];
  });
  return new Map(found.reverse());
};
