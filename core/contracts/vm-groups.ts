/** VM groups: which instances of a hypervisor are protected together, and which of their volumes. */
import { z } from 'zod';
import { HypervisorId, InstanceId, PlainText, PlanId, VmGroupId } from './ids.ts';

/** EC2's own: `*` is any number of characters, `?` one; everything else is meant literally. */
const Pattern = z.string().min(1).max(256);
const TagMatch = z.strictObject({
  key: z.string().min(1).max(128),
  /** Absent: any value. */
  value: Pattern.optional(),
});

/** Which instances: one condition, or conditions joined by AND (`and`) or OR (`or`), in any depth up to five. */
export type InstanceRule =
  | { all: true }
  | { instanceIds: string[] }
  | { tag: { key: string; value?: string | undefined } }
  | { name: string }
  | { vpcId: string }
  | { subnetId: string }
  | { and: InstanceRule[] }
  | { or: InstanceRule[] };

const condition = [
  z.strictObject({ all: z.literal(true) }),
  z.strictObject({ instanceIds: z.array(InstanceId).min(1).max(500) }),
  z.strictObject({ tag: TagMatch }),
  /** Of the Name tag. */
  z.strictObject({ name: Pattern }),
  z.strictObject({ vpcId: z.string().regex(/^vpc-[0-9a-f]{8,17}$/, 'must be a VPC id, like vpc-0123456789abcdef0') }),
  z.strictObject({
    subnetId: z.string().regex(/^subnet-[0-9a-f]{8,17}$/, 'must be a subnet id, like subnet-0123456789abcdef0'),
  }),
] as const;

const ruleOfDepth = (depth: number): z.ZodType<InstanceRule, InstanceRule> => {
  if (depth === 0) return z.union(condition) as z.ZodType<InstanceRule, InstanceRule>;
  const rules = z
    .array(ruleOfDepth(depth - 1))
    .min(1)
    .max(20);
  return z.union([...condition, z.strictObject({ and: rules }), z.strictObject({ or: rules })]) as z.ZodType<
    InstanceRule,
    InstanceRule
  >;
};
export const InstanceRule = ruleOfDepth(4);

/** Which volumes to leave out: each rule by itself, and all conditions within one. */
export const VolumeRule = z
  .strictObject({
    tag: TagMatch.optional(),
    /** Device name, with `*` and `?`: `/dev/sd[f-p]` is written as several rules. */
    device: Pattern.optional(),
    largerThanGiB: z.int().positive().optional(),
    smallerThanGiB: z.int().positive().optional(),
  })
  .refine(
    (rule) => Object.keys(rule).length > 0,
    'must have at least one of tag, device, largerThanGiB, smallerThanGiB',
  );
export type VolumeRule = z.infer<typeof VolumeRule>;

export const VmGroupFields = z.strictObject({
  name: PlainText.min(1).max(64),
  match: InstanceRule,
  exclude: z
    .strictObject({ instances: InstanceRule.optional(), volumes: z.array(VolumeRule).max(20).default([]) })
    .default({ volumes: [] }),
  /** The plan that protects it. Absent: on demand only. */
  planId: PlanId.optional(),
  /** Of a service hypervisor's group: where its automatic access nodes are launched; absent: any zone of the region. */
  zone: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'must be an availability zone, like eu-central-1a')
    .optional(),
});
export type VmGroupFields = z.infer<typeof VmGroupFields>;

export const VmGroupView = VmGroupFields.extend({
  groupId: VmGroupId,
  hypervisorId: HypervisorId,
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
});
export type VmGroupView = z.infer<typeof VmGroupView>;

/** What a VM group's rules match at this moment: of each kind the first 1,000, and how many there are. */
export const VmGroupPreview = z.strictObject({
  instancesInAll: z.int().nonnegative(),
  excludedInAll: z.int().nonnegative(),
  instances: z.array(
    z.strictObject({
      instanceId: InstanceId,
      name: z.string().optional(),
      state: z.string(),
      /** Which of the conditions it fulfils, in words. */
      matchedBy: z.string(),
      volumes: z.array(
        z.strictObject({
          volumeId: z.string(),
          device: z.string(),
          sizeGiB: z.int(),
          /** Which rule leaves it out; absent: it is protected. */
          excludedBy: z.string().optional(),
        }),
      ),
    }),
  ),
  /** Matched, and left out again by `exclude.instances`. */
  excluded: z.array(z.strictObject({ instanceId: InstanceId, name: z.string().optional(), excludedBy: z.string() })),
});
export type VmGroupPreview = z.infer<typeof VmGroupPreview>;
