/** AWS's list prices, USD, without free tiers. Of the state transitions Frankfurt's own; the others are the usual ones. */
export const PRICES = {
  asOf: '2025-11',
  source: 'aws.amazon.com/step-functions/pricing, /lambda/pricing, /sqs/pricing',
  stateTransition: 25 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  sqsRequest: 0.4 / 1e6,
} as const;
