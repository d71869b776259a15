import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Kernel, type Operation, operation } from '../kernel/service.ts';
import { type AliasRecord, type Functions, functionAccess } from './functions.ts';

const aliasName = z
  .string()
  .min(1)
  .max(128)
  .regex(/^(?![0-9]+$)[a-zA-Z0-9-_]+$/);

const shown = ({ arn, name, description, revisionId }: AliasRecord) => ({
  AliasArn: arn,
  Name: name,
  FunctionVersion: '$LATEST',
  Description: description,
  RevisionId: revisionId,
});

export const createAlias = (kernel: Kernel, functions: Functions): Operation =>
  operation({
    name: 'CreateAlias',
    input: z.strictObject({
      FunctionName: z.string(),
      Name: aliasName,
      FunctionVersion: z.literal('$LATEST'),
      Description: z.string().max(256).default(''),
    }),
    route: { method: 'POST', path: '/2015-03-31/functions/{FunctionName}/aliases' },
    access: (input, call) => [functionAccess(functions.open(input.FunctionName, call), 'lambda:CreateAlias')],
    run(input, call) {
      const { arn: functionArn } = functions.open(input.FunctionName, call);
      const arn = `${functionArn}:${input.Name}`;
      if (functions.alias(arn))
        throw new AwsError('ResourceConflictException', `Alias already exists: ${arn}`, 409, { Type: 'User' });
      const { Name: name, Description: description } = input;
      const alias: AliasRecord = { arn, name, functionArn, description, revisionId: kernel.randomHex(16) };
      functions.putAlias(alias);
      return shown(alias);
    },
    render: (output) => ({
      status: 201,
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(output)),
    }),
  });

/** One that is not there may be deleted, too. */
export const deleteAlias = (functions: Functions): Operation =>
  operation({
    name: 'DeleteAlias',
    input: z.strictObject({ FunctionName: z.string(), Name: aliasName }),
    route: { method: 'DELETE', path: '/2015-03-31/functions/{FunctionName}/aliases/{Name}' },
    access: (input, call) => [functionAccess(functions.open(input.FunctionName, call), 'lambda:DeleteAlias')],
    run(input, call) {
      functions.deleteAlias(`${functions.open(input.FunctionName, call).arn}:${input.Name}`);
      return {};
    },
    render: () => ({ status: 204 }),
  });
