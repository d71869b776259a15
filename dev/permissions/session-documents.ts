/** What narrows the sessions of steps and orders, for one job of one tenant: made by what makes them. */
import { libraryPolicy, snapshotPolicy, workAreaPolicy } from '../../adapters/aws/order-session-policies.ts';
import type { Policy } from '../../adapters/aws/session-policy.ts';
import { type SessionOf, tenantSessionPolicy } from '../../adapters/aws/tenant-session-policy.ts';
import type { LibraryAccess } from '../../core/contracts/orders.ts';
import type { LockOfSession } from '../../core/domain/library-lock.ts';
import type { PolicyDocument, Principal } from '../../local/kernel/service.ts';
import { HYPERVISOR, JOB, LIBRARY_ID, ORDER, OWN_BUCKET, PLACE, POINT, TENANT } from './place.ts';
import { keyArn } from './service-documents.ts';
import { type ShippedDocument, sessionOf, statementsOf } from './shipped.ts';
import { TENANT_ROLE_NAME } from './tenant-documents.ts';

const WORK_BUCKET = `holdfast-${PLACE.stage}-work-${PLACE.accountId}`;
const RUN = JOB.replace('job-', 'run-');
const INSTANCE = 'i-0123456789abcdef0';
const snapshots = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `snap-${String(index).padStart(17, '0')}`);

const step = (to: SessionOf['to'], more: Partial<SessionOf> = {}): Policy =>
  tenantSessionPolicy({ to, accountId: TENANT, regions: [PLACE.region], jobId: JOB, ...more });

type InTenants = SessionOf['to'] | 'order that reads' | 'order that writes';

const inTenants: Readonly<Record<InTenants, readonly Policy[]>> = {
  look: [step('look')],
  survey: [step('survey')],
  protect: [step('protect'), step('protect', { instanceId: INSTANCE })],
  retain: [step('retain')],
  restore: [step('restore')],
  replace: [step('replace', { instanceId: INSTANCE })],
  'clean-up': [step('clean-up'), step('clean-up', { instanceId: INSTANCE })],
  'order that reads': [snapshotPolicy(PLACE.region, JOB, snapshots(2), 'read')],
  'order that writes': [
    snapshotPolicy(PLACE.region, JOB, snapshots(2), 'write'),
    snapshotPolicy(PLACE.region, JOB, snapshots(128), 'write'),
  ],
};

const access: LibraryAccess = {
  library: { kind: 's3', bucket: OWN_BUCKET, prefix: `tenants/${HYPERVISOR}`, region: PLACE.region },
  tenantId: HYPERVISOR,
  libraryId: LIBRARY_ID,
  kmsKeyArn: keyArn(PLACE.accountId),
  recoveryPublicKey: 'hfpub1-x',
} as LibraryAccess;

/** On nodes that have the library mounted: the key is all that a session opens. */
const onDisk: LibraryAccess = { ...access, library: { kind: 'disk', path: '/mnt/library' } } as LibraryAccess;

/** As of an order whose point is promised for a month. */
const LOCKED: LockOfSession = { mode: 'compliance', leastDays: 28, mostDays: 31 };

const ofOurs: Readonly<Record<string, readonly [role: string, policies: readonly Policy[]]>> = {
  'library to read': [
    'library',
    [libraryPolicy(access, 'read'), libraryPolicy(access, 'read', LOCKED), libraryPolicy(onDisk, 'read')],
  ],
  'library to write': [
    'library',
    [
      libraryPolicy(access, 'write'),
      libraryPolicy(access, 'write', LOCKED),
      libraryPolicy(access, 'write', { ...LOCKED, mode: 'governance' }),
      libraryPolicy(onDisk, 'write'),
    ],
  ],
  'library to lock': ['library', [libraryPolicy(access, 'lock', LOCKED)]],
  'library to maintain': [
    'library-maintenance',
    [libraryPolicy(access, 'maintain'), libraryPolicy(access, 'maintain', LOCKED)],
  ],
  'work area': [
    'work',
    [
      workAreaPolicy(WORK_BUCKET, JOB, 1, `work/${JOB}/1/${INSTANCE}/${POINT}/results/${ORDER}-`),
      workAreaPolicy(WORK_BUCKET, RUN, 1, `work/${RUN}/1/results/${ORDER}-`),
    ],
  ],
};

const all = (name: string, policies: readonly Policy[], holder: Principal): readonly ShippedDocument[] =>
  policies.map((policy) => ({
    name: `session/${name}`,
    kind: 'session',
    statements: statementsOf(policy as PolicyDocument),
    holder,
  }));

/** Each variant of a session is a document of its own, under the name of what it is for. */
export const sessionDocuments = (): readonly ShippedDocument[] => [
  ...Object.entries(inTenants).flatMap(([name, policies]) =>
    all(name, policies, sessionOf(TENANT, TENANT_ROLE_NAME, JOB)),
  ),
  ...Object.entries(ofOurs).flatMap(([name, [role, policies]]) =>
    all(name, policies, sessionOf(PLACE.accountId, `holdfast-${PLACE.stage}-${role}`, JOB)),
  ),
];
