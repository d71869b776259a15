/** AWS's list prices, USD, eu-central-1, x86. Looked up once; a report says when. */
export const PRICES = {
  asOf: '2025-11',
  source:
    'aws.amazon.com/step-functions/pricing, /lambda/pricing, /sqs/pricing, /dynamodb/pricing/on-demand, /ebs/pricing',
  stateTransition: 25 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  sqsRequest: 0.4 / 1e6,
} as const;
