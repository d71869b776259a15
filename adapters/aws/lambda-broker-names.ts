import {
  CreateAliasCommand,
  DeleteAliasCommand,
  type LambdaClient,
  ResourceConflictException,
  ResourceNotFoundException,
} from '@aws-sdk/client-lambda';
import type { BrokerNames } from '../../core/ports/node-access.ts';
import { callOwn } from './classify.ts';

/**
 * Aliases of the broker's function. They mean $LATEST, so that a deployment reaches them as it is. Lambda allows who may
 * call one alias neither the others nor the function itself, and tells the function by which it was called.
 */
export const createLambdaBrokerNames = ({
  client,
  brokerFunctionArn,
}: {
  /** With the control plane's own credentials. */
  readonly client: LambdaClient;
  readonly brokerFunctionArn: string;
}): BrokerNames => ({
  async ensure(Name) {
    try {
      await callOwn('lambda:CreateAlias', () =>
        client.send(
          new CreateAliasCommand({
            FunctionName: brokerFunctionArn,
            Name,
            FunctionVersion: '$LATEST',
            Description: `Access nodes of ${Name}`,
          }),
        ),
      );
    } catch (error) {
      if (!(error instanceof ResourceConflictException)) throw error;
    }
  },
  async remove(Name) {
    try {
      await callOwn('lambda:DeleteAlias', () =>
        client.send(new DeleteAliasCommand({ FunctionName: brokerFunctionArn, Name })),
      );
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
    }
  },
});
