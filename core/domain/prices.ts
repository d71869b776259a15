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
  /** cloudchipr.com/blog/aws-lambda-pricing, 2024: arm64, a GB for a second; the first tier, US East (N. Virginia). */
  lambdaGbSecond: 0.000_013_333_4,
  /** cloudburn.io/blog/amazon-sqs-pricing, 2026-03-14: standard queues, $0.40 per million; the AWS page shows none unasked. */
  sqsRequest: 0.4 / 1e6,
  /** airbyte.com/data-engineering-resources/dynamodb-pricing, 2025-07-21: on demand, $0.625 per million units of 1 KB. */
  dynamoWrite: 0.625 / 1e6,
  /** The same: $0.125 per million units of 4 KB, consistently read. */
  dynamoRead: 0.125 / 1e6,
  // EventBridge Scheduler ($1 per million, cloudburn.io/blog/amazon-eventbridge-pricing, 2026-03-13) starts a job once:
  // less than 0.2 % of what any job costs
  /** docs.aws.amazon.com/ebs/latest/userguide/ebsapi-pricing.html, its examples: per 1,000 blocks returned. */
  ebsGet: 0.003 / 1_000,
  /** The same: per 1,000 blocks written. */
  ebsPut: 0.006 / 1_000,
  /** The same: per 1,000 requests that list blocks. */
  ebsList: 0.0006 / 1_000,
  /**
   * docs.aws.amazon.com/ebs/latest/userguide/snapshot-archive-pricing.html (a copy of it): “the standard rate for snapshots of
   * $0.05 per GB-month”. Each changed block of a volume counts once: repost.aws/knowledge-center/ebs-snapshot-billing.
   */
  ebsSnapshot: 0.05,
  /** deepeshsoni.com/archives/256: Standard, “around $0.023 per GB-month for the first 50 TB”, US East (N. Virginia). */
  s3Standard: 0.023,
  /** c3x.dev/blog/s3-request-fees-explained: PUT, COPY, POST, LIST, per 1,000; DELETE costs nothing. */
  s3Put: 0.005 / 1_000,
  /** The same: GET and all others, per 1,000. */
  s3Get: 0.0004 / 1_000,
  /** factualminds.com/blog/aws-kms-pricing-keys-requests-multi-region, 2026-06: $0.03 per 10,000. */
  kmsRequest: 0.03 / 1e4,
  /** The same: a customer-managed key, a month. */
  kmsKey: 1,
  /**
   * c7g.xlarge, Linux, an hour; what automatic nodes are. Not found itself: a sixteenth of c7g.16xlarge at
   * $2.32, huggingface.co/spaces/arcee-ai/Benchmarks (commit 75372ac, from instances.vantage.sh).
   */
  nodeHour: 0.145,
  /** cloudburn.io/blog/aws-backup-pricing, 2026-02-07: AWS Backup, warm storage of EBS, a GB-month; restores are free. */
  awsBackupWarm: 0.05,
} as const;
