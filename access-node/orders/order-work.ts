import type { SegmentResult } from '../../core/contracts/order-results.ts';
import type { OrderWork } from '../../core/contracts/order-work.ts';

type Work<Kind extends OrderWork['kind']> = Extract<OrderWork, { kind: Kind }>;

export type ReadSegment = Work<'read-segment'>;
export type WriteSegment = Work<'write-segment'>;
export type AssembleMaps = Work<'assemble-maps'>;
export type CompleteSnapshots = Work<'complete-snapshots'>;
export type MaintainLibrary = Work<'maintain-library'>;

/** What each leaves in the work area. */
export type ResultOf<Kind extends OrderWork['kind']> = Extract<SegmentResult, { kind: Kind }>;
