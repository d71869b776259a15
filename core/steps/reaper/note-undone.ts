import type { Finding } from '../../domain/finding.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Look } from './place.ts';

/**
 * Operations whose last thing is gone by now are undone, as a cleanup would have noted it: else they would go on saying that
 * something of them is in the account. What leaves with an instance is not waited for.
 */
export const noteUndone = async (
  { effects }: Pick<Catalog, 'effects'>,
  { findings, kept }: Look,
  gone: ReadonlySet<string>,
): Promise<void> => {
  if (!kept) return;
  const isGone = ({ findingId }: Finding): boolean => gone.has(findingId);
  const staying = new Set(findings.filter((each) => each.action === 'remove' && !isGone(each)).map(nameOf));
  const over = new Map(findings.filter(isGone).map((each) => [nameOf(each), each]));
  for (const [name, { jobId = '', attempt = 0, operation }] of over) {
    if (operation === undefined || kept.has(operation) || staying.has(name)) continue;
    const effect = (await effects.ofAttempt(jobId, attempt)).find(({ effectId }) => effectId === operation);
    if (effect && effect.state !== 'kept' && effect.state !== 'undone')
      await effects.update(effect, { state: 'undone' });
  }
};

const nameOf = ({ jobId, attempt, operation }: Finding): string => `${jobId} ${attempt} ${operation}`;
