/** `aws:` tags cannot be set by anyone; our own mark what we made, and are set anew. */
export const restorableTags = (tags: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith('aws:') && !key.startsWith('holdfast:')));

/** O9: what a restore that leaves volume tags out has left out. */
export const countLeftOut = (
  volumes: readonly { readonly tags: Readonly<Record<string, string>> }[],
  mode: 'leave-out' | 'restore',
): { readonly volumeTagsLeftOut: number; readonly awsTagsLeftOut: number } => {
  const keys = volumes.flatMap(({ tags }) => Object.keys(tags));
  return {
    volumeTagsLeftOut:
      mode === 'restore' ? 0 : volumes.reduce((sum, { tags }) => sum + Object.keys(restorableTags(tags)).length, 0),
    awsTagsLeftOut: keys.filter((key) => key.startsWith('aws:')).length,
  };
};
