import type { GuestResult, GuestResultInput } from '../../contracts/steps.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Sha256 } from '../../ports/control.ts';
import type { TenantScopes } from '../../ports/tenant-scope.ts';
import { openTenant } from '../tenant-of-job.ts';
import { freezeEffect } from './guest-command.ts';

interface Deps {
  readonly catalog: Catalog;
  readonly scopes: TenantScopes;
  readonly sha256: Sha256;
}

/** What a user is shown of a guest's output, and what a payload carries of it. */
const OUTPUT_CHARACTERS = 500;

/** One look at a command in the guest; the state machine waits in between. */
export const createGuestResult =
  ({ catalog, scopes, sha256 }: Deps) =>
  async ({ command, commandId, ...input }: GuestResultInput): Promise<GuestResult> => {
    const { tenant } = await openTenant(catalog, input.tenantId, input.jobId);
    const scope = await scopes.open(tenant, input.jobId, { to: 'protect', instanceId: input.instanceId });
    const { state, output } = await scope.guest.result(commandId, input.instanceId);
    if (command === 'thaw' && state === 'succeeded') {
      await catalog.effects.update(freezeEffect(sha256, input), { state: 'undone' });
    }
    return { state, output: output.trim().slice(0, OUTPUT_CHARACTERS) };
  };
