import { Logger } from '@aws-lambda-powertools/logger';

/** Notes an error that nobody expected, for whoever runs the deployment; the caller is told nothing of it. */
export const createErrorReport = (serviceName: string) => {
  const logger = new Logger({ serviceName });
  return (
    error: unknown,
    about: {
      readonly requestId: string;
      readonly route: string;
      readonly notRecorded?: unknown;
      readonly tenantId?: string | undefined;
      readonly jobId?: string | undefined;
    },
  ): void => {
    logger.error('unexpected error', { ...about, error: error instanceof Error ? error : new Error(String(error)) });
  };
};
