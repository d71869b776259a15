/**
 * The REST API: what can be sent and what is answered. Handlers, CLI and the OpenAPI document all read these schemas.
 * Requests are strict: an unknown field is refused, so a field that names a tenant can never be passed along.
 */
export * from './api-routes.ts';
export * from './api-views.ts';
export * from './hypervisor-requests.ts';
export * from './instances.ts';
export * from './job-requests.ts';
export * from './permissions.ts';
