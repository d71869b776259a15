/** The tour's world: a local cloud with Holdfast in it, and what its rows share, each made when a row first asks for it. */
import { EC2Client } from '@aws-sdk/client-ec2';
import type { HypervisorView } from '../../core/contracts/api.ts';
import { SERVICE_ACCOUNT } from '../example-accounts.ts';
import { serviceOfNode } from '../keep-access-nodes.ts';
import type { LocalHoldfast } from '../local-holdfast.ts';
import { once } from './once.ts';
import { createPerson, type Person } from './person.ts';
import { addSecondService } from './second-service.ts';
import type { TourTenant } from './tenant.ts';
import { addTenantByKey, addTenantByRole, onboardNewcomer } from './tenants.ts';

export interface Tour {
  readonly local: LocalHoldfast;
  readonly operator: Person;
  /** In the deployment's own account. */
  service(): Promise<HypervisorView>;
  /** In another account, with a library of its own. */
  second(): Promise<HypervisorView>;
  /** In the deployment's own account, with automatic access nodes and no VM group. */
  automatic(): Promise<HypervisorView>;
  /** By role, bound to `service`. */
  acme(): Promise<TourTenant>;
  /** By access key, bound to `second`. */
  globex(): Promise<TourTenant>;
  /** By a role that was deployed from the printed template; bound to nobody. */
  newcomer(): Promise<TourTenant>;
  /** One access node of each of the two service hypervisors runs from now on. */
  nodes(): Promise<void>;
  /** Calls an AWS operation in the deployment's account as its administrator: how rows look behind the scenes. */
  aws<T>(service: string, operation: string, input: unknown, accountId?: string): Promise<T>;
  /** EC2 as the administrator of a tenant account uses it. */
  adminEc2(accountId: string): EC2Client;
}

export const createTour = (local: LocalHoldfast): Tour => {
  const { cloud, place } = local;
  const operator = createPerson(local, local.accounts.operator);
  const ownService = (name: string, accessNodes: 'manual' | 'automatic') =>
    once(async () => {
      const key = await operator.ask<{ publicKey: string }>(['recovery-key', 'create']);
      return operator.ask<HypervisorView>([
        ...['hypervisor', 'add', 'service', '--name', name, '--account', SERVICE_ACCOUNT, '--auth', 'iam-role'],
        ...['--access-nodes', accessNodes, '--recovery-public-key', key.publicKey],
      ]);
    });
  const service = ownService('first', 'manual');
  const second = once(() => addSecondService(local, operator));
  const bind = async (tenant: TourTenant, to: HypervisorView): Promise<TourTenant> => {
    await operator.ask(['hypervisor', 'bind', tenant.hypervisorId, '--to', to.hypervisorId]);
    return tenant;
  };
  return {
    local,
    operator,
    service,
    second,
    automatic: ownService('automatic', 'automatic'),
    acme: once(async () => bind(await addTenantByRole(local, operator), await service())),
    globex: once(async () => bind(await addTenantByKey(local, operator), await second())),
    newcomer: once(() => onboardNewcomer(local, operator)),
    nodes: once(async () => {
      for (const each of [await service(), await second()]) local.startNode(serviceOfNode(each, place.stage));
    }),
    aws: async <T>(name: string, operation: string, input: unknown, accountId = SERVICE_ACCOUNT) =>
      (await cloud.kernel.call(cloud.admin.rootPrincipal(accountId), place.region, name, operation, input)) as T,
    adminEc2: (accountId) =>
      new EC2Client({
        endpoint: cloud.endpoint,
        region: place.region,
        credentials: cloud.admin.rootAccessKey(accountId),
      }),
  };
};
