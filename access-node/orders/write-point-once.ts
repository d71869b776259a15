import { isDeepStrictEqual } from 'node:util';
import type { Library } from '../../library/library.ts';
import {
  type Json,
  type PointDocument,
  type PointVolume,
  readPoint,
  writePoint,
} from '../../library/recovery-point.ts';

import type { AssembleMaps, ResultOf } from './order-work.ts';

export interface PointToWrite {
  readonly work: AssembleMaps;
  readonly jobId: string;
  readonly volumes: readonly PointVolume[];
  readonly verification: ResultOf<'assemble-maps'>['verification'];
}

/**
 * Writes the point's sealed record. A node that died after writing it leaves one that differs only in when it was
 * verified: that one counts, and nothing is written. Throws ConflictingObject if it says anything else.
 */
export const writePointOnce = async (
  library: Library,
  { work, jobId, volumes, verification }: PointToWrite,
): Promise<void> => {
  const document: PointDocument = {
    recoveryPointId: work.recoveryPointId,
    kind: work.pointKind,
    createdAt: work.takenAt,
    requestedBy: work.requestedBy,
    jobId,
    volumes,
    instance: work.instance as Json,
    tags: work.tags,
    verification,
  };
  try {
    await writePoint(library, document);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConflictingObject') throw error;
    const there = await readPoint(library, work.recoveryPointId);
    if (!isDeepStrictEqual(withoutVerification(there), withoutVerification(document))) throw error;
  }
};

const withoutVerification = (document: PointDocument): unknown => {
  const { verification: _, ...rest } = document;
  return JSON.parse(JSON.stringify(rest));
};
