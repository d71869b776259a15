/** Which requests the audit log names, and which are not done without it. */

interface Route {
  readonly method: string;
  readonly path: string;
  /** Waits for a second person where that is on: it takes protection away. */
  readonly pending?: unknown;
}

const TENANT_PREFIX = '/operator/tenants/{hypervisorId}';

/** Of a tenant's own route or the operators' one: what can take backups away, besides every DELETE. */
const DESTRUCTIVE: ReadonlySet<string> = new Set([
  'POST /retention',
  // performs what somebody else has asked for
  'POST /approver/approvals/{approvalId}/approve',
  // a plan that keeps less
  'PUT /plans/{planId}',
  // one of them prunes; repair gives up what is damaged
  'POST /library-runs',
  // whose nodes work for a tenant, and see what it has
  'POST /operator/hypervisors',
  'PUT /operator/hypervisors/{hypervisorId}/binding',
  // cuts a tenant's backups off, as unbinding does, and nobody else is asked
  'POST /operator/hypervisors/{hypervisorId}/revoke',
  'POST /operator/hypervisors/{hypervisorId}/restore-access',
  'POST /operator/reaper',
]);

/** Their bodies may hold a secret access key, and a hash of what holds little else says whether a guess is right. */
const WITH_SECRETS: ReadonlySet<string> = new Set([
  'POST /operator/hypervisors',
  'POST /operator/hypervisors/{hypervisorId}/rotate-key',
]);

/** Of a request whose body was read as this route's: what does not belong there was refused before. */
export const mayHashBody = ({ method, path }: Pick<Route, 'method' | 'path'>): boolean =>
  !WITH_SECRETS.has(`${method} ${path}`);

/** Asked by POST because they take a body: they change nothing. */
const LOOKS: ReadonlySet<string> = new Set(['POST /restores/dry-run', 'POST /vm-groups/preview']);

/** Of a tenant's own: what it looks at itself is not recorded. */
export const looks: readonly string[] = [...LOOKS];

export const destructiveRoutes: readonly string[] = [...DESTRUCTIVE];

const ofTenant = (path: string): string =>
  path.startsWith(`${TENANT_PREFIX}/`) ? path.slice(TENANT_PREFIX.length) : path;

/** Recorded before it is done: where the log cannot be written it is refused. */
export const isDestructive = ({ method, path, pending }: Route): boolean =>
  method === 'DELETE' || pending !== undefined || DESTRUCTIVE.has(`${method} ${ofTenant(path)}`);

/** Takes nothing away that cannot be given back, and must work when nothing else does: not refused for want of a record. */
export const isBrake = ({ method, path }: Pick<Route, 'method' | 'path'>): boolean =>
  method === 'POST' && path === '/operator/hypervisors/{hypervisorId}/revoke';

/** Changes nothing, and is asked again and again by whoever has a page open. */
export const isRead = ({ method }: Pick<Route, 'method'>): boolean => method === 'GET';

/** Whatever may change something, and what operators read of a tenant. Refusals besides. */
export const isAudited = ({ method, path }: Route): boolean =>
  (method !== 'GET' && !LOOKS.has(`${method} ${path}`)) || path.startsWith(`${TENANT_PREFIX}/`);
