import type { HypervisorId } from '../contracts/ids.ts';
import type { Hypervisor, ServiceHypervisor, TenantHypervisor } from '../domain/hypervisor.ts';
import type { Page, PageRequest } from './page.ts';

/** Service and tenant hypervisors. Of all methods: see `Catalog`. */
export interface Hypervisors {
  /** False if the id, or a tenant hypervisor of the same account, exists. */
  add(hypervisor: Hypervisor): Promise<boolean>;
  get(hypervisorId: HypervisorId): Promise<Hypervisor | undefined>;
  /** The tenant hypervisor of an AWS account: there is at most one. */
  tenantOfAccount(accountId: string): Promise<TenantHypervisor | undefined>;
  list(page: PageRequest): Promise<Page<Hypervisor>>;
  /**
   * Sets a tenant's binding, or removes it, if it is still the one that the caller has read (`expected`), or is what it is
   * to be already. False if it has become another, or the tenant is gone or being removed.
   */
  bind(
    tenantId: HypervisorId,
    binding: TenantHypervisor['binding'] | undefined,
    expected: TenantHypervisor['binding'] | undefined,
  ): Promise<boolean>;
  /** Closes a tenant before it is removed, or opens it again. False if it is gone. */
  setRemoving(tenantId: HypervisorId, removing: boolean): Promise<boolean>;
  /**
   * Withdraws the access to a tenant's account, or gives it back, if it is withdrawn (or not) as the caller has `seen` it,
   * by its time and revision. False if it is gone or that has changed; also where the answer to a write that was done was lost.
   */
  setRevoked(
    tenantId: HypervisorId,
    revoked: TenantHypervisor['revoked'] | undefined,
    seen: TenantHypervisor['revoked'] | undefined,
  ): Promise<boolean>;
  /** Says which access key its secret holds by now, and whose that is. False if it is gone or comes in another way. */
  setAccessKeyId(hypervisorId: HypervisorId, accessKeyId: string, userArn: string): Promise<boolean>;
  /** Whether a second person is asked about a tenant's hypervisor. False if it is gone. */
  setApprovals(tenantId: HypervisorId, approvals: TenantHypervisor['approvals'] | undefined): Promise<boolean>;
  /** Tenants that are bound to a service hypervisor, in no order. */
  boundTo(serviceId: HypervisorId): Promise<readonly TenantHypervisor[]>;
  /** Sets fields of a service hypervisor; only while its state is one of `from` (any, if absent). False if refused or gone. */
  updateService(
    serviceId: HypervisorId,
    change: Partial<Pick<ServiceHypervisor, 'name' | 'state' | 'automaticNodes' | 'nodeControlRoleArn'>>,
    from?: readonly ServiceHypervisor['state'][],
  ): Promise<boolean>;
  /** Removes the record (and with it the hold on its account). Idempotent; whether it may go is the caller's to know. */
  remove(hypervisorId: HypervisorId): Promise<void>;
}
