import { CreateTagsCommand } from '@aws-sdk/client-ec2';
import type { TenantScope } from '../../core/ports/tenant-scope.ts';
import { tagList } from './ec2-tags.ts';
import type { TenantReach } from './tenant-reach.ts';

export const createEc2Volumes = ({ ec2, call }: TenantReach): TenantScope['volumes'] => ({
  async tag(volumeId, tags) {
    const Tags = tagList(tags);
    if (Tags.length === 0) return;
    await call('ec2:CreateTags', () => ec2.send(new CreateTagsCommand({ Resources: [volumeId], Tags })));
  },
});
