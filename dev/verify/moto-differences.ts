import type { Difference } from './difference.ts';
import { ACCESS } from './moto-differences/access.ts';
import { BUCKETS } from './moto-differences/buckets.ts';
import { CONTROL_PLANE } from './moto-differences/control-plane.ts';
import { EBS } from './moto-differences/ebs.ts';
import { EC2 } from './moto-differences/ec2.ts';

/** In the order of the page (docs/compatibility.md). */
export const MOTO_DIFFERENCES: readonly Difference[] = [...ACCESS, ...EC2, ...EBS, ...BUCKETS, ...CONTROL_PLANE];
