/** The environment of a deployed function, for what is put together in the test's own process: one at a time. */
import { SERVICE_ACCOUNT } from '../../dev/example-accounts.ts';
import { REGION, type World } from './world.ts';

/** As serverless.yml gives it to the function, whose credentials are found just there. */
export const asFunctionOf = (world: World, role: string): Record<string, string> => {
  const { accessKeyId, secretAccessKey, sessionToken = '' } = world.as(role);
  const arnOf = (what: string): string => `arn:aws:lambda:${REGION}:${SERVICE_ACCOUNT}:function:holdfast-test-${what}`;
  const environment = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    HOLDFAST_STAGE: 'test',
    HOLDFAST_ACCOUNT_ID: SERVICE_ACCOUNT,
    HOLDFAST_TABLE: world.ref('Table'),
    HOLDFAST_AUDIT_TABLE: world.ref('AuditTable'),
    HOLDFAST_WORK_BUCKET: world.ref('WorkBucket'),
    HOLDFAST_LIBRARY_BUCKET: world.ref('LibraryBucket'),
    HOLDFAST_LIBRARY_ROLE_ARN: world.arn('LibraryRole'),
    HOLDFAST_LIBRARY_MAINTENANCE_ROLE_ARN: world.arn('LibraryMaintenanceRole'),
    HOLDFAST_LIBRARY_KEY_ARN: world.arn('LibraryKey'),
    HOLDFAST_HUB_ROLE_ARN: world.arn('HubRole'),
    HOLDFAST_BROKER_ROLE_ARN: world.arn('BrokerRole'),
    HOLDFAST_BROKER_FUNCTION_ARN: arnOf('broker'),
    HOLDFAST_NODE_BOUNDARY_ARN: world.ref('NodeBoundary'),
    HOLDFAST_MACHINES: `arn:aws:states:${REGION}:${SERVICE_ACCOUNT}:stateMachine:holdfast-test`,
    HOLDFAST_SCHEDULE_GROUP: 'holdfast-test',
    HOLDFAST_SCHEDULE_TARGET_ARN: arnOf('start-scheduled-job'),
    HOLDFAST_SCHEDULER_ROLE_ARN: world.arn('SchedulerRole'),
    HOLDFAST_REAPER_GRACE_HOURS: '4',
  };
  Object.assign(process.env, environment);
  return environment;
};
