import { createOperatorApi } from './api/operator-api.ts';
import { wireOperatorApi } from './wiring/api.ts';

export const handler = createOperatorApi(wireOperatorApi(process.env));
