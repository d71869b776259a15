import { createEmfMeter } from '../../adapters/aws/emf-meter.ts';
import { createErrorReport } from '../../adapters/aws/error-report.ts';
import {
  createTellUncounted,
  type TellingUncounted,
  type TellUncounted,
} from '../../core/steps/usage/tell-uncounted.ts';

/** `serviceName`: which function's log lines say so. */
export const wireTellUncounted = (
  stage: string,
  serviceName: string,
  metric: TellingUncounted['metric'],
): TellUncounted => {
  const report = createErrorReport(serviceName);
  return createTellUncounted({
    metric,
    meter: createEmfMeter(stage),
    report: (error, about) => report(error, { requestId: '', route: 'counting what an order has called', ...about }),
  });
};
