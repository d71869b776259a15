import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { openDirectory } from '../iam/directory.ts';
import { checkPolicy } from '../iam/policy-documents.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Kernel, PolicyDocument } from '../kernel/service.ts';
import { type FunctionRecord, Functions, functionArn } from './functions.ts';

export interface Deployment {
  readonly accountId: string;
  readonly region: string;
  readonly functionName: string;
  readonly roleArn: string;
  /** Absolute path of a bundled or plain module; it stays where it is, and is read again by each new instance. */
  readonly codePath: string;
  readonly handlerExport: string;
  /** Folder for the code as V8 compiled it, where clouds may share it; by default the cloud's own. */
  readonly compileCache?: string;
  readonly environment: Readonly<Record<string, string>>;
  /** 1 to 900 */
  readonly timeoutSeconds: number;
  /** 128 to 10,240; bounds the heap. */
  readonly memoryMb: number;
  readonly policy?: PolicyDocument;
  /** Default 10. */
  readonly maxInstances?: number;
}

/** Lambda sets these itself, and refuses functions that would. */
const RESERVED =
  /^(AWS_REGION|AWS_DEFAULT_REGION|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|AWS_LAMBDA_.*|_HANDLER|LAMBDA_TASK_ROOT)$/;

const LARGEST_POLICY = 20 * 1024;

/** The function's policy as it is kept: users and roles by their unique ids. One without statements is none. */
const pinnedPolicy = (kernel: Kernel, policy: PolicyDocument | undefined): Pick<FunctionRecord, 'policy'> => {
  if (!policy || [policy.Statement].flat().length === 0) return {};
  if (JSON.stringify(policy).length > LARGEST_POLICY)
    throw new AwsError(
      'PolicyLengthExceededException',
      `The final policy size is bigger than the limit (${LARGEST_POLICY}).`,
    );
  return { policy: openDirectory(kernel).pin(checkPolicy(policy, 'resource')) };
};

/** Makes or changes a function, as a deployment would; kept over restarts. Returns its ARN. */
export const deployFunction = (kernel: Kernel, deployment: Deployment): string => {
  const { accountId, region, functionName, codePath, environment, timeoutSeconds, memoryMb } = deployment;
  const wrong = (what: string) => new Error(`function ${functionName} of account ${accountId}: ${what}`);
  if (!isAbsolute(codePath)) throw wrong(`codePath ${codePath} is not absolute`);
  if (!/^[\w-]{1,64}$/.test(functionName)) throw wrong('not a function name');
  if (!(timeoutSeconds >= 1 && timeoutSeconds <= 900)) throw wrong(`timeout of ${timeoutSeconds} s`);
  if (!(memoryMb >= 128 && memoryMb <= 10_240)) throw wrong(`memory of ${memoryMb} MB`);
  for (const name of Object.keys(environment)) if (RESERVED.test(name)) throw wrong(`${name} is reserved by Lambda`);
  const code = readFileSync(codePath);
  const record: FunctionRecord = {
    accountId,
    region,
    functionName,
    arn: functionArn(region, accountId, functionName),
    roleArn: deployment.roleArn,
    codePath,
    codeSha256: createHash('sha256').update(code).digest('base64'),
    codeSize: code.length,
    handlerExport: deployment.handlerExport,
    environment,
    timeoutSeconds,
    memoryMb,
    maxInstances: deployment.maxInstances ?? 10,
    ...(deployment.compileCache && { compileCache: deployment.compileCache }),
    ...pinnedPolicy(kernel, deployment.policy),
    revisionId: kernel.randomHex(16),
    modifiedAt: kernel.clock.now(),
  };
  new Functions(kernel).put(record);
  return record.arn;
};
