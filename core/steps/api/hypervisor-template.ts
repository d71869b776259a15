import type { ServiceAccess } from '../../contracts/hypervisor-requests.ts';
import type { HypervisorId } from '../../contracts/ids.ts';
import { templateText } from '../../domain/cloudformation.ts';
import { InvalidRequest } from '../../domain/errors.ts';
import { automaticNodesOf, isOwnAccount, type NodeSettings } from '../../domain/nodes-of-service.ts';
import { serviceAccessTemplate } from '../../domain/service-access-template.ts';
import { accessNodesTemplate } from '../../domain/service-account-template.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Ids } from '../../ports/clock.ts';
import { createOpenService } from './get-hypervisor.ts';
import { groupsOf } from './place-nodes.ts';

interface AccessDeps {
  readonly ids: Ids;
  readonly settings: {
    readonly stage: string;
    readonly controlPlaneAccountId: string;
    readonly hubRoleArn: string;
    readonly brokerRoleArn: string;
  };
}

/** Of an account that is to become a service hypervisor: what lets the control plane in. Errors: InvalidRequest. */
export const createServiceAccessTemplate =
  ({ ids, settings: { stage, controlPlaneAccountId, hubRoleArn, brokerRoleArn } }: AccessDeps) =>
  async ({ accountId, region, externalId, libraryBucket }: ServiceAccess): Promise<{ template: string }> => {
    if (accountId === controlPlaneAccountId) {
      throw new InvalidRequest(`${accountId} is the deployment's own account: nothing has to be deployed there.`, {
        field: 'accountId',
        remedy: 'Add the service hypervisor with the auth method iam-role.',
      });
    }
    const template = serviceAccessTemplate({
      stage,
      accountId,
      region,
      hubRoleArn,
      brokerRoleArn,
      operatorRoleArn: `arn:aws:iam::${controlPlaneAccountId}:role/holdfast-${stage}-operator-api`,
      externalId: externalId ?? `holdfast-${ids.uuid()}`,
      ...(libraryBucket === undefined ? {} : { library: { bucket: libraryBucket } }),
    });
    return { template: templateText(template) };
  };

/** Of a service hypervisor in another account: what its nodes are launched with, and as. Errors: NotFound, InvalidRequest. */
export const createHypervisorTemplate = ({
  catalog,
  settings,
}: {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'vmGroups'>;
  readonly settings: NodeSettings;
}) => {
  const openService = createOpenService({ catalog });
  return async (hypervisorId: HypervisorId): Promise<{ template: string }> => {
    const service = await openService(hypervisorId);
    if (isOwnAccount(settings, service)) {
      throw new InvalidRequest(`${hypervisorId} is in the deployment's own account: it has no template.`, {
        field: 'hypervisorId',
        remedy: 'Nothing has to be done: what it needs is made there when it is added.',
      });
    }
    const groups = await groupsOf(catalog.vmGroups, service);
    // In whatever zone, and as many as there may ever be: both follow the VM groups once it is ready.
    const automatic = automaticNodesOf(settings, service, groups.length === 0 ? [{}] : groups);
    const template = accessNodesTemplate({
      stage: settings.stage,
      hypervisorId,
      controlPlaneAccountId: settings.controlPlaneAccountId,
      ...(service.accessNodes === 'automatic' ? { automatic } : {}),
      ...(settings.nodeSoftware === undefined ? {} : { software: settings.nodeSoftware }),
    });
    return { template: templateText(template) };
  };
};
