/** What the console's server passes on: the routes of the contract, and no other path. */
import {
  approverRoutes,
  operatorRoutes,
  operatorTenantPrefix,
  operatorTenantRoutes,
  tenantRoutes,
} from '../core/contracts/api.ts';

const ROUTES = [
  ...Object.values(tenantRoutes),
  ...Object.values(operatorTenantRoutes).map((route) => ({ ...route, path: `${operatorTenantPrefix}${route.path}` })),
  ...Object.values(operatorRoutes),
  ...Object.values(approverRoutes),
].map(({ method, path }) => ({ method, segments: path.split('/') }));

/** Of ids and names in paths: nothing that a proxy or the API could read in another way. */
const SEGMENT = /^[\w-]+(\.[\w-]+)*$/;

/** Whether method and path (raw, without the query) are those of a route. `//`, `..`, `%2e` and the like are none. */
export const isRoute = (method: string, path: string): boolean => {
  const [first, ...given] = path.split('/');
  if (first !== '' || given.length === 0 || !given.every((segment) => SEGMENT.test(segment))) return false;
  return ROUTES.some(
    (route) =>
      route.method === method &&
      route.segments.length === given.length + 1 &&
      route.segments.every((segment, i) => i === 0 || segment.startsWith('{') || segment === given[i - 1]),
  );
};
