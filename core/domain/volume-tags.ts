import { MOST_TAGS, TAG } from './effect.ts';

type Tags = Readonly<Record<string, string>>;

/** `aws:` tags cannot be set by anyone; our own mark what we made, and are set anew. */
export const restorableTags = (tags: Tags): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:') && !key.startsWith('holdfast:')));

/** A resource has 50 tags at most: room for our own, and for a name, is kept free. */
const ROOM = MOST_TAGS - Object.keys(TAG).length - 1;

/** As many of the restorable tags as there is room for beside ours. */
export const restoredTags = (tags: Tags): Record<string, string> =>
  Object.fromEntries(Object.entries(restorableTags(tags)).slice(0, ROOM));

/** O9: what a restore that leaves volume tags out has left out; one that restores them lacks room for some, rarely. */
export const countLeftOut = (
  volumes: readonly { readonly tags: Tags }[],
  mode: 'leave-out' | 'restore',
): { readonly volumeTagsLeftOut: number; readonly awsTagsLeftOut: number } => {
  const sum = (count: (tags: Tags) => number): number => volumes.reduce((total, { tags }) => total + count(tags), 0);
  return {
    volumeTagsLeftOut: sum((tags) => {
      const restorable = Object.keys(restorableTags(tags)).length;
      return mode === 'restore' ? Math.max(0, restorable - ROOM) : restorable;
    }),
    awsTagsLeftOut: sum((tags) => Object.keys(tags).filter((key) => key.startsWith('aws:')).length),
  };
};
