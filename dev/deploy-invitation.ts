import type { InvitationView } from '../core/contracts/invitations.ts';
import type { Cloud } from '../local/cloud.ts';
import { deployTemplate } from './deployment/deploy-template.ts';

/** What the administrator of an invited account does: deploys the template. Answers the ARN of the role that it makes. */
export const deployInvitation = async (
  cloud: Cloud,
  { accountId, region, template }: Pick<InvitationView, 'accountId' | 'region' | 'template'>,
): Promise<string> => {
  const { RoleArn } = await deployTemplate(cloud, { accountId, region }, 'holdfast', template);
  if (RoleArn === undefined) throw new Error('the template names no role');
  return RoleArn;
};
