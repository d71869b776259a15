import type { ResourceDefinition } from './read-serverless.ts';

export type Resources = Readonly<
  Record<string, ResourceDefinition & { readonly DependsOn?: string | readonly string[] }>
>;

const after = (resources: Resources, id: string, ids: readonly string[]): Resources => {
  const resource = resources[id];
  if (!resource) return resources;
  return { ...resources, [id]: { ...resource, DependsOn: [...new Set([resource.DependsOn ?? [], ids].flat())] } };
};

const idsOf = (resources: Resources, type: string): readonly string[] =>
  Object.keys(resources).filter((id) => resources[id]?.Type === `AWS::ApiGateway::${type}`);

/** Protected from deletion, and retained: a deployment that failed once it is there would leave its name taken. */
const LAST = 'AuditTable';

/**
 * The order that CloudFormation cannot see, since nothing refers to it, as DependsOn.
 * API Gateway publishes an API as it is when its Deployment is made, and the framework lets that wait for the methods only:
 * its own answers might come too late, and be published with the next deployment. And the audit log's table is made when
 * nothing is left that could fail.
 */
export const inOrder = (resources: Resources): Resources => {
  const published = idsOf(resources, 'Deployment').reduce(
    (all, id) => after(all, id, idsOf(resources, 'GatewayResponse')),
    resources,
  );
  return after(
    published,
    LAST,
    Object.keys(resources).filter((id) => id !== LAST),
  );
};
