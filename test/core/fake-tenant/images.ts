import type { TenantImages } from '../../../core/ports/tenant-images.ts';
import { type FakeSession, tagged } from './session.ts';

export const fakeImages = ({ account, change, look }: FakeSession): TenantImages => ({
  register: (request) =>
    change('register', () => {
      const there = [...account.images].find(([, image]) => image.request.name === request.name);
      if (there) return { imageId: there[0] };
      const imageId = account.id('ami');
      account.images.set(imageId, { tags: request.tags, request });
      return { imageId };
    }),
  describe: (imageId) => look(() => account.donors.find((each) => each.imageId === imageId)),
  findDonor: (platform, architecture) =>
    look(() => account.donors.find((each) => each.platform === platform && each.architecture === architecture)),
  findByTag: (key, value) => look(() => tagged(account.images, key, value).map(([id]) => id)),
  deregister: (imageId) => change('deregister', () => void account.images.delete(imageId)),
});
