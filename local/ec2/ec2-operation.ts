import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Access, type Call, type Operation, operation } from '../kernel/service.ts';
import { bool } from './schema.ts';

interface Definition<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly input: Shape;
  access(input: z.output<z.ZodObject<Shape>>, call: Call): readonly Access[] | Promise<readonly Access[]>;
  run(input: z.output<z.ZodObject<Shape>>, call: Call): unknown;
  readonly redact?: readonly string[];
}

/** An EC2 action: every one knows DryRun, which ends after the permissions were checked. */
export const ec2Operation = <Shape extends z.ZodRawShape>(definition: Definition<Shape>): Operation => {
  const schema = z.strictObject({ ...definition.input, DryRun: bool.optional() });
  type Input = z.output<z.ZodObject<Shape>> & { DryRun?: boolean };
  return operation<Input, unknown>({
    name: definition.name,
    input: schema as unknown as z.ZodType<Input>,
    access: (input, call) => definition.access(input, call),
    run(input, call) {
      if (input.DryRun)
        throw new AwsError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
      return definition.run(input, call);
    },
    ...(definition.redact && { redact: definition.redact }),
  });
};
