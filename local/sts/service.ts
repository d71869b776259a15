import { openDirectory } from '../iam/directory.ts';
import type { ServiceFactory } from '../kernel/service.ts';
import { createAssumeRole } from './assume-role.ts';
import { getCallerIdentity } from './get-caller-identity.ts';
import { createGetFederationToken } from './get-federation-token.ts';

export const createSts: ServiceFactory = (kernel) => {
  const directory = openDirectory(kernel);
  return {
    name: 'sts',
    protocol: 'aws-query',
    eventSource: 'sts.amazonaws.com',
    operations: [getCallerIdentity, createAssumeRole(kernel, directory), createGetFederationToken(kernel, directory)],
  };
};
