import { createAuditedBroker } from '../core/steps/audit/audited-broker.ts';
import { createAnswerNode } from '../core/steps/broker/answer-node.ts';
import { wireBroker } from './wiring/broker.ts';

const deps = wireBroker(process.env);
const answerNode = createAuditedBroker({ ...deps, answer: createAnswerNode(deps) });

interface LambdaContext {
  readonly invokedFunctionArn: string;
  readonly awsRequestId: string;
}

export const handler = async (event: unknown, { invokedFunctionArn, awsRequestId }: LambdaContext) =>
  answerNode(event, invokedFunctionArn, awsRequestId);
