import { createTenantApi } from './api/tenant-api.ts';
import { wireTenantApi } from './wiring/api.ts';

export const handler = createTenantApi(wireTenantApi(process.env));
