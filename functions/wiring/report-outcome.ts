import { Logger } from '@aws-lambda-powertools/logger';

/** Notes what a function did that nobody waits for, and hands it on. */
export const reportOutcome = (serviceName: string) => {
  const logger = new Logger({ serviceName });
  return <T extends object>(outcome: T): T => {
    logger.info('done', { outcome });
    return outcome;
  };
};
