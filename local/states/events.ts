import type { Kernel } from '../kernel/service.ts';
import type { ExecutionRecord } from './records.ts';

/** Tells EventBridge of an execution's new status. Express executions and a distributed Map's children have no events. */
export const emitStatusChange = (kernel: Kernel, record: ExecutionRecord): void => {
  if (record.type === 'EXPRESS' || record.mapRunArn !== undefined) return;
  const [, , , region = '', account = ''] = record.arn.split(':');
  kernel.emit({
    source: 'aws.states',
    'detail-type': 'Step Functions Execution Status Change',
    account,
    region,
    time: new Date(record.stopDate ?? record.startDate).toISOString(),
    resources: [record.arn],
    detail: {
      executionArn: record.arn,
      stateMachineArn: record.machineArn,
      name: record.name,
      status: record.status,
      startDate: record.startDate,
      stopDate: record.stopDate ?? null,
      input: record.input,
      output: record.output ?? null,
      inputDetails: { included: true },
      outputDetails: record.output === undefined ? null : { included: true },
      error: record.error ?? null,
      cause: record.cause ?? null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: null,
      redriveStatusReason: null,
    },
  });
};
