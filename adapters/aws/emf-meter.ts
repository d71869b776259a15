import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { Meter } from '../../core/ports/health.ts';

const NAMESPACE = 'Holdfast';
/** What one line may hold. */
const MOST_METRICS = 100;

const unitOf = (name: string) => {
  if (name.endsWith('Seconds')) return MetricUnit.Seconds;
  return name.startsWith('Bytes') ? MetricUnit.Bytes : MetricUnit.Count;
};

/**
 * Metrics in the embedded format, one line of the function's log each: CloudWatch makes metrics of them, without a call.
 * Counted by stage, and of a tenant's own by tenant besides; what else a line is about can be searched for, and makes no
 * metric of its own.
 */
export const createEmfMeter = (stage: string): Meter => ({
  emit({ metrics: values, tenantId, about = {} }) {
    const entries = Object.entries(values);
    for (let from = 0; from < entries.length; from += MOST_METRICS) {
      const metrics = new Metrics({ namespace: NAMESPACE });
      // the library's own, the name of a service
      metrics.clearDefaultDimensions();
      metrics.addDimension('stage', stage);
      if (tenantId !== undefined) metrics.addDimension('tenantId', tenantId);
      for (const [name, value] of Object.entries(about))
        if (value !== undefined && name !== 'stage') metrics.addMetadata(name, String(value));
      for (const [name, value] of entries.slice(from, from + MOST_METRICS))
        metrics.addMetric(name, unitOf(name), value);
      metrics.publishStoredMetrics();
    }
  },
});
