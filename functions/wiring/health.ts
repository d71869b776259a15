import { openControlPlaneClients, openEventBridgeClient } from '../../adapters/aws/control-plane-clients.ts';
import { createDynamoCatalog } from '../../adapters/aws/dynamo-catalog.ts';
import { createDynamoMissedObjectives, createDynamoPulses } from '../../adapters/aws/dynamo-health.ts';
import { createDynamoJobEnds } from '../../adapters/aws/dynamo-job-ends.ts';
import { createTable } from '../../adapters/aws/dynamo-table.ts';
import { createDynamoThrottles } from '../../adapters/aws/dynamo-throttles.ts';
import { createEmfMeter } from '../../adapters/aws/emf-meter.ts';
import { createErrorReport } from '../../adapters/aws/error-report.ts';
import { createEventBridgeAnnouncer } from '../../adapters/aws/eventbridge-announcer.ts';
import { createSqsQueueCounts } from '../../adapters/aws/sqs-queues.ts';
import { sha256, systemClock } from '../../adapters/system.ts';
import type { BeatingTickDeps } from '../../core/steps/health/beating-tick.ts';
import type { MeasureDeps } from '../../core/steps/health/measure.ts';
import type { HealthPorts } from '../../core/steps/health/read-health.ts';
import type { TellingDeps } from '../../core/steps/health/tell-job-end.ts';
import { type Environment, readConfiguration } from './configuration.ts';

const settingsOf = (environment: Environment) =>
  readConfiguration(environment, { table: 'HOLDFAST_TABLE', stage: 'HOLDFAST_STAGE', region: 'AWS_REGION' });

/** What the facts are read from besides the catalog. */
export const wireHealthPorts = (environment: Environment): HealthPorts => {
  const { table: name, region } = settingsOf(environment);
  const { dynamo, sqs } = openControlPlaneClients(region);
  const table = createTable(dynamo, name);
  return {
    ends: createDynamoJobEnds(table),
    pulses: createDynamoPulses(table),
    queues: createSqsQueueCounts({ client: sqs }),
    throttles: createDynamoThrottles({ client: dynamo, table: name }, systemClock.now),
  };
};

/** What tells that a job has ended. */
export const wireTelling = (environment: Environment): TellingDeps => {
  const { table, stage, region } = settingsOf(environment);
  const { dynamo } = openControlPlaneClients(region);
  const report = createErrorReport('telling');
  return {
    catalog: createDynamoCatalog({ client: dynamo, table }),
    ends: createDynamoJobEnds(createTable(dynamo, table)),
    announcer: createEventBridgeAnnouncer({ client: openEventBridgeClient(region), stage }),
    meter: createEmfMeter(stage),
    report: (error, { jobId, tenantId }) =>
      report(error, { requestId: '', route: 'telling the end of a job', jobId, tenantId }),
  };
};

export const wireMeasure = (environment: Environment): MeasureDeps => {
  const { table, region } = settingsOf(environment);
  const { dynamo } = openControlPlaneClients(region);
  return {
    ...wireTelling(environment),
    catalog: createDynamoCatalog({ client: dynamo, table }),
    health: wireHealthPorts(environment),
    missedObjectives: createDynamoMissedObjectives(createTable(dynamo, table)),
    clock: systemClock,
    sha256,
  };
};

/** What notes that the tick has been. */
export const wireBeating = (environment: Environment): BeatingTickDeps => {
  const { table, stage, region } = settingsOf(environment);
  const { dynamo } = openControlPlaneClients(region);
  return {
    pulses: createDynamoPulses(createTable(dynamo, table)),
    meter: createEmfMeter(stage),
    clock: systemClock,
  };
};
