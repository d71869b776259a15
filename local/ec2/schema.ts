import { z } from 'zod';

/** Query parameters come as text. */
export const int = z
  .string()
  .regex(/^-?\d+$/, 'must be an integer')
  .transform(Number);

export const bool = z
  .string()
  .regex(/^(true|false)$/i, 'must be true or false')
  .transform((text) => text.toLowerCase() === 'true');

export const text = z.string();
export const texts = z.array(text);

export const filters = z.array(z.strictObject({ Name: text, Value: texts.optional() }));
export type Filters = z.infer<typeof filters>;

export const tagList = z.array(z.strictObject({ Key: text, Value: text.optional() }));

export const tagSpecifications = z.array(z.strictObject({ ResourceType: text, Tag: tagList.optional() }));
export type TagSpecifications = z.infer<typeof tagSpecifications>;

export const blockDeviceMappings = z.array(
  z.strictObject({
    DeviceName: text.optional(),
    VirtualName: text.optional(),
    NoDevice: text.optional(),
    Ebs: z
      .strictObject({
        DeleteOnTermination: bool.optional(),
        Iops: int.optional(),
        SnapshotId: text.optional(),
        VolumeSize: int.optional(),
        VolumeType: text.optional(),
        KmsKeyId: text.optional(),
        Throughput: int.optional(),
        Encrypted: bool.optional(),
      })
      .optional(),
  }),
);
export type BlockDeviceMappings = z.infer<typeof blockDeviceMappings>;
