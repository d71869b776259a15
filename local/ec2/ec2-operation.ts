import { z } from 'zod';
import { type Access, type Call, type Operation, operation } from '../kernel/service.ts';

interface Definition<Shape extends z.ZodRawShape> {
  readonly name: string;
  readonly input: Shape;
  access(input: z.output<z.ZodObject<Shape>>, call: Call): readonly Access[] | Promise<readonly Access[]>;
  run(input: z.output<z.ZodObject<Shape>>, call: Call): unknown;
  readonly redact?: readonly string[];
}

/** An EC2 action. What its shape does not name is refused; `DryRun` is the kernel's. */
export const ec2Operation = <Shape extends z.ZodRawShape>(definition: Definition<Shape>): Operation => {
  type Input = z.output<z.ZodObject<Shape>>;
  const input = z.strictObject(definition.input) as unknown as z.ZodType<Input>;
  return operation<Input, unknown>({ ...definition, input });
};
