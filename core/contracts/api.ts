/**
 * The REST API: what can be sent and what is answered. Handlers, CLI and the OpenAPI document all read these schemas.
 * Requests are strict: an unknown field is refused, so a field that names a tenant can never be passed along.
 */
export * from './access-node-views.ts';
export * from './answers.ts';
export * from './api-routes.ts';
export * from './hypervisor-requests.ts';
export * from './hypervisor-views.ts';
export * from './instances.ts';
export * from './job-path.ts';
export * from './job-requests.ts';
export * from './job-views.ts';
export * from './permissions.ts';
export * from './recovery-point-views.ts';
export * from './tenant-routes.ts';
