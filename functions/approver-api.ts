import { createApproverApi } from './api/approver-api.ts';
import { wireOperatorApi } from './wiring/api.ts';

export const handler = createApproverApi(wireOperatorApi(process.env));
