import { basename, extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { type Operation, operation } from '../kernel/service.ts';
import { logGroupName } from './function-log.ts';
import { type FunctionRecord, type Functions, functionAccess } from './functions.ts';

const named = z.strictObject({ FunctionName: z.string(), Qualifier: z.string().optional() });

/** ISO 8601 with the offset form that Lambda writes: `2026-01-01T00:00:00.000+0000`. */
const lambdaTime = (time: number): string => new Date(time).toISOString().replace('Z', '+0000');

const configuration = (record: FunctionRecord) => ({
  FunctionName: record.functionName,
  FunctionArn: record.arn,
  Runtime: 'nodejs24.x',
  Role: record.roleArn,
  Handler: `${basename(record.codePath, extname(record.codePath))}.${record.handlerExport}`,
  CodeSize: record.codeSize,
  CodeSha256: record.codeSha256,
  Timeout: record.timeoutSeconds,
  MemorySize: record.memoryMb,
  LastModified: lambdaTime(record.modifiedAt),
  Version: '$LATEST',
  RevisionId: record.revisionId,
  PackageType: 'Zip',
  Architectures: ['x86_64'],
  State: 'Active',
  LastUpdateStatus: 'Successful',
  Environment: { Variables: record.environment },
  LoggingConfig: { LogFormat: 'Text', LogGroup: logGroupName(record.functionName) },
});

export const getFunction = (functions: Functions): Operation =>
  operation({
    name: 'GetFunction',
    input: named,
    route: { method: 'GET', path: '/2015-03-31/functions/{FunctionName}' },
    access: (input, call) => [
      functionAccess(functions.open(input.FunctionName, call, input.Qualifier), 'lambda:GetFunction'),
    ],
    run(input, call) {
      const record = functions.open(input.FunctionName, call, input.Qualifier);
      return {
        Configuration: configuration(record),
        Code: { RepositoryType: 'Local', Location: pathToFileURL(record.codePath).href },
        Concurrency: { ReservedConcurrentExecutions: record.maxInstances },
      };
    },
  });

export const getFunctionConfiguration = (functions: Functions): Operation =>
  operation({
    name: 'GetFunctionConfiguration',
    input: named,
    route: { method: 'GET', path: '/2015-03-31/functions/{FunctionName}/configuration' },
    access: (input, call) => [
      functionAccess(functions.open(input.FunctionName, call, input.Qualifier), 'lambda:GetFunctionConfiguration'),
    ],
    run: (input, call) => configuration(functions.open(input.FunctionName, call, input.Qualifier)),
  });

export const listFunctions = (functions: Functions): Operation =>
  operation({
    name: 'ListFunctions',
    input: z.strictObject({
      Marker: z.string().optional(),
      MaxItems: z.coerce.number().int().min(1).max(10_000).default(50),
    }),
    route: { method: 'GET', path: '/2015-03-31/functions' },
    access: () => [{ action: 'lambda:ListFunctions', resource: '*' }],
    run(input, call) {
      const behind = Array.from(functions.list(call.region, call.accountId)).filter(
        (record) => input.Marker === undefined || record.functionName > input.Marker,
      );
      const page = behind.slice(0, Math.min(input.MaxItems, 50));
      return {
        Functions: page.map(configuration),
        ...(page.length < behind.length && { NextMarker: page.at(-1)?.functionName }),
      };
    },
  });

export const deleteFunction = (functions: Functions): Operation =>
  operation({
    name: 'DeleteFunction',
    input: named,
    route: { method: 'DELETE', path: '/2015-03-31/functions/{FunctionName}' },
    access: (input, call) => [
      functionAccess(functions.open(input.FunctionName, call, input.Qualifier), 'lambda:DeleteFunction'),
    ],
    run(input, call) {
      const record = functions.open(input.FunctionName, call, input.Qualifier);
      if (record.aliasArn !== undefined)
        throw new AwsError('InvalidParameterValueException', 'An alias is deleted by DeleteAlias.', 400, {
          Type: 'User',
        });
      functions.delete(record);
      return {};
    },
    render: () => ({ status: 204 }),
  });
