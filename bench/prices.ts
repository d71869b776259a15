/**
 * AWS's list prices in USD for US East (N. Virginia), without free tiers, looked up in 2026-11. A state transition and
 * requests to Lambda and SQS cost the same in Europe (Frankfurt), as far as their pages tell; DynamoDB costs more there.
 */
export const PRICES = {
  asOf: '2026-11',
  region: 'US East (N. Virginia)',
  /** aws.amazon.com/step-functions/pricing: $0.0250 per 1,000, in its table also for Europe (Frankfurt). */
  stateTransition: 25 / 1e6,
  /** docs.aws.amazon.com/whitepapers/latest/how-aws-pricing-works/lambda.html: $0.20 per million; duration is extra. */
  lambdaRequest: 0.2 / 1e6,
  /** cloudburn.io/blog/amazon-sqs-pricing, 2026-03-14: standard queues, $0.40 per million; the AWS page shows none unasked. */
  sqsRequest: 0.4 / 1e6,
  /** airbyte.com/data-engineering-resources/dynamodb-pricing, 2025-07-21: on demand, $0.625 per million units of 1 KB. */
  dynamoWrite: 0.625 / 1e6,
  /** The same: $0.125 per million units of 4 KB, consistently read. */
  dynamoRead: 0.125 / 1e6,
  // EventBridge Scheduler ($1 per million, cloudburn.io/blog/amazon-eventbridge-pricing, 2026-03-13) starts a job once:
  // less than 0.2 % of what any job costs
} as const;
