import type { OrderWork, SegmentResult } from '../../core/contracts/orders.ts';

type Work<Kind extends OrderWork['kind']> = Extract<OrderWork, { kind: Kind }>;

export type ReadSegment = Work<'read-segment'>;
export type WriteSegment = Work<'write-segment'>;
export type AssembleMaps = Work<'assemble-maps'>;
export type CompleteSnapshots = Work<'complete-snapshots'>;
export type MaintainLibrary = Work<'maintain-library'>;

/** What each leaves in the work area. */
export type ResultOf<Kind extends OrderWork['kind']> = Extract<SegmentResult, { kind: Kind }>;
