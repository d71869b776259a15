/** What somebody has chosen in the restore wizard so far, as it is kept in the address, and the request that it makes. */
import type { z } from 'zod';
import { StartRestore, TenantStartRestore } from '../../../core/contracts/job-requests.ts';

/** Names in the address. What is absent is as the API has it by default. */
const CHOICES = [
  ...['point', 'kind', 'volumes', 'name', 'subnet', 'zone', 'groups', 'type', 'key', 'image', 'replaced', 'into'],
  ...['devices', 'from', 'tags', 'kms', 'deadline', 'purpose', 'transport'],
] as const;
/** What an address of another tenant's wizard must not have of this one's; `intent` was there once. */
export const OF_ONE_TENANT: readonly string[] = [...CHOICES, 'step', 'instance', 'job', 'intent'];
/** Lists are joined by commas, pairs by `=`. */
export type Draft = Readonly<Record<string, string>>;

export const KINDS = ['new-instance', 'in-place', 'volumes', 'attach'] as const;
export type Kind = (typeof KINDS)[number];

export const STEPS = ['point', 'what', 'where', 'options', 'review'] as const;
export type Step = (typeof STEPS)[number];

/** Of `volumes`: none at all, which is not the same as nothing said. */
const NO_VOLUMES = 'none';

export const draftOf = (search: URLSearchParams): Draft =>
  Object.fromEntries(
    CHOICES.flatMap((name) => {
      const value = search.get(name);
      return value === null || value === '' ? [] : [[name, value]];
    }),
  );

/** The address's query with the draft in it; what else is there stays. */
export const withDraft = (search: URLSearchParams, draft: Draft): URLSearchParams => {
  const after = new URLSearchParams(search);
  // an address of before has a key of a restore that was started perhaps
  after.delete('intent');
  for (const name of CHOICES) {
    const value = draft[name];
    if (value) after.set(name, value);
    else after.delete(name);
  }
  return after;
};

export const kindOf = ({ kind }: Draft): Kind => KINDS.find((each) => each === kind) ?? 'new-instance';

export const stepOf = (search: URLSearchParams): Step => STEPS.find((step) => step === search.get('step')) ?? 'point';

const listOf = (value: string | undefined): string[] | undefined =>
  value?.split(/[\s,]+/).filter((each) => each !== '');

/** The chosen volumes; undefined: all. */
export const volumesOf = ({ volumes }: Draft): readonly string[] | undefined =>
  volumes === NO_VOLUMES ? [] : listOf(volumes);

/** `all`: every volume of the point. Choosing all is the same as saying nothing. */
export const volumesValue = (chosen: readonly string[], all: readonly string[]): string => {
  if (chosen.length === 0) return NO_VOLUMES;
  return all.every((volumeId) => chosen.includes(volumeId)) ? '' : chosen.join(',');
};

export const devicesOf = ({ devices }: Draft): Readonly<Record<string, string>> =>
  Object.fromEntries(
    (listOf(devices) ?? []).flatMap((pair) => {
      const [volumeId = '', device = ''] = pair.split('=');
      return device === '' ? [] : [[volumeId, device]];
    }),
  );

export const devicesValue = (devices: Readonly<Record<string, string>>): string =>
  Object.entries(devices)
    .filter(([, device]) => device !== '')
    .map(([volumeId, device]) => `${volumeId}=${device}`)
    .join(',');

/** What was said, without the spaces that come along when an id is pasted. */
const given = <T extends object>(fields: T): Partial<T> =>
  Object.fromEntries(
    Object.entries(fields)
      .map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  ) as Partial<T>;

const targetOf = (draft: Draft): object => {
  const kind = kindOf(draft);
  const volumeIds = volumesOf(draft);
  switch (kind) {
    case 'new-instance':
      return given({
        kind,
        name: draft.name,
        instanceType: draft.type,
        subnetId: draft.subnet,
        securityGroupIds: listOf(draft.groups),
        keyName: draft.key,
        availabilityZone: draft.zone,
        donorImageId: draft.image,
      });
    case 'in-place':
      return given({ kind, overwrite: true, volumeIds, replacedVolumes: draft.replaced });
    case 'volumes':
      return given({ kind, volumeIds, availabilityZone: draft.zone });
    case 'attach': {
      const chosen = volumeIds ?? Object.keys(devicesOf(draft));
      const devices = Object.entries(devicesOf(draft)).filter(([volumeId]) => chosen.includes(volumeId));
      return {
        ...given({ kind, volumeIds, devices: devices.length > 0 ? Object.fromEntries(devices) : undefined }),
        instanceId: (draft.into ?? '').trim(),
      };
    }
  }
};

export type RestoreBody = z.input<typeof StartRestore>;

interface Checked {
  /** As it is sent; with problems it is not to be. */
  readonly body: RestoreBody;
  /** By field as the API names them, e.g. `target.subnetId`. */
  readonly problems: ReadonlyMap<string, string>;
}

/** A field of a list is the list's; a device is that of its volume. */
const fieldOf = (path: readonly PropertyKey[]): string =>
  path
    .filter((part) => typeof part !== 'number')
    .map(String)
    .join('.');

/** `words`: what is said instead of the contract's own message, by field. A tenant has no transport (A5). */
export const check = (
  draft: Draft,
  pointId: string | undefined,
  isOperator: boolean,
  words: Readonly<Record<string, string>> = {},
): Checked => {
  const body = {
    recoveryPointId: pointId ?? '',
    target: targetOf(draft),
    ...given({
      from: draft.from,
      volumeTags: draft.tags,
      kmsKeyId: draft.kms,
      purpose: draft.purpose,
      transport: isOperator ? draft.transport : undefined,
      queueDeadlineSeconds: draft.deadline ? Number(draft.deadline) * 60 : undefined,
    }),
  } as RestoreBody;
  const { error } = (isOperator ? StartRestore : TenantStartRestore).safeParse(body);
  const problems = new Map<string, string>();
  for (const { path, message } of error?.issues ?? []) {
    const field = fieldOf(path);
    if (!problems.has(field)) problems.set(field, words[field] ?? message);
  }
  return { body, problems };
};

/** Where a field is asked for. */
export const stepOfField = (field: string): Step => {
  if (field === 'recoveryPointId') return 'point';
  if (['target', 'target.kind', 'target.volumeIds', 'target.overwrite'].includes(field)) return 'what';
  return field.startsWith('target.') ? 'where' : 'options';
};
