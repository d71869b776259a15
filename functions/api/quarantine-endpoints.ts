import { operatorRoutes } from '../../core/contracts/api.ts';
import {
  createGetQuarantined,
  createListQuarantine,
  createReleaseQuarantined,
  type ReleaseDeps,
} from '../../core/steps/api/quarantine.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { pageOf } from './on-tenant-context.ts';
import type { Caller } from './router.ts';

/** Orders and messages that were set aside: operators only. */
export const quarantineEndpoints = (deps: ReleaseDeps): readonly Endpoint<Caller>[] => {
  const list = createListQuarantine(deps);
  const get = createGetQuarantined(deps);
  const release = createReleaseQuarantined(deps);
  return [
    endpoint(operatorRoutes.listQuarantine, (_: Caller, { query }) => list(pageOf(query))),
    endpoint(operatorRoutes.getQuarantined, (_: Caller, { params }) => get(params.quarantinedId)),
    endpoint(operatorRoutes.releaseQuarantined, (_: Caller, { params, query }) =>
      release(params.quarantinedId, query.retry === 'true'),
    ),
  ];
};
