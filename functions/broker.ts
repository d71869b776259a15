import { createAnswerNode } from '../core/steps/broker/answer-node.ts';
import { wireBroker } from './wiring/broker.ts';

const answerNode = createAnswerNode(wireBroker(process.env));

export const handler = async (event: unknown, { invokedFunctionArn }: { readonly invokedFunctionArn: string }) =>
  answerNode(event, invokedFunctionArn);
