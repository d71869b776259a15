import { GetInstanceProfileCommand, type IAMClient, NoSuchEntityException } from '@aws-sdk/client-iam';
import type { ServiceAccount } from '../../core/ports/service-account.ts';
import type { CallService } from './service-account-calls.ts';

/** One without a role is of no use to a node, and counts as absent. */
export const createInstanceProfileCheck =
  ({ client, call }: { client: IAMClient; call: CallService }): ServiceAccount['hasInstanceProfile'] =>
  async (name) => {
    try {
      const { InstanceProfile } = await call('iam:GetInstanceProfile', () =>
        client.send(new GetInstanceProfileCommand({ InstanceProfileName: name })),
      );
      return (InstanceProfile?.Roles ?? []).length > 0;
    } catch (error) {
      if (error instanceof NoSuchEntityException) return false;
      throw error;
    }
  };
