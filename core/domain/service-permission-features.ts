/** What each statement of the control plane's permissions is for, by its Sid: a test holds this list against the documents. */
import { ASKS_SIMULATOR, type PermissionFeature } from './permission-features.ts';

const JOBS = 'jobs';
const ORDERS = 'orders of access nodes';
const LIBRARY = 'library';
const NODES = 'automatic access nodes';
const API = 'operators’ API';
const SWEEPS = 'sweeps';

const FEATURES: Readonly<Record<string, PermissionFeature>> = {
  [ASKS_SIMULATOR]: { feature: 'permission check', without: 'What the roles may do cannot be checked.' },
  WriteLogs: { feature: 'logs', without: 'What functions say is lost.' },
  KeepRecords: { feature: JOBS, without: 'No record can be read or written: nothing works.' },
  KeepAuditLog: { feature: 'audit log', without: 'Nothing can be deleted, and who did what is not recorded.' },
  ListAuditAnchors: { feature: 'audit log', without: 'The audit log cannot be held against its anchors.' },
  ReadRecords: { feature: NODES, without: 'It is not known what there is to do: no access node is launched.' },
  BecomeHub: { feature: JOBS, without: 'No other account can be entered.' },
  ReadTenantKeys: { feature: 'access by key', without: 'No account can be entered by its access key.' },
  KeepTenantKeys: { feature: 'access by key', without: 'No hypervisor with an access key can be added or removed.' },
  OpenLibrariesOfOthers: { feature: LIBRARY, without: 'Libraries of other accounts cannot be opened.' },
  AnswerForOrders: { feature: ORDERS, without: 'Orders that cannot be carried out run into their time limit.' },
  UseWorkArea: { feature: JOBS, without: 'Block lists, orders and results cannot be passed on.' },
  CallSteps: { feature: JOBS, without: 'No job takes its first step.' },
  SendOrders: { feature: ORDERS, without: 'Access nodes get no orders.' },
  StartItems: { feature: JOBS, without: 'No segment of a transfer is handed out.' },
  FollowItems: { feature: JOBS, without: 'Segments of a transfer that are under way cannot be stopped with it.' },
  StartJobs: { feature: API, without: 'Nothing can be started.' },
  StartLibraryRuns: { feature: API, without: 'Libraries can be neither checked nor pruned.' },
  StopAndSeeExecutions: { feature: API, without: 'No job can be cancelled or suspended.' },
  KeepSchedules: { feature: API, without: 'Plans cannot be added, changed or removed.' },
  ListSchedules: { feature: SWEEPS, without: 'Schedules whose plan is gone are not found.' },
  ListOpenUploads: { feature: SWEEPS, without: 'Uploads in parts that never ended are not found, and are paid for.' },
  AbortOpenUploads: { feature: SWEEPS, without: 'Uploads in parts that never ended stay, and are paid for.' },
  PassSchedulerRole: { feature: API, without: 'Plans cannot be added or changed.' },
  ShowPaths: { feature: API, without: 'The states that a job went through cannot be shown.' },
  KeepQueues: { feature: API, without: 'No service hypervisor can be added or removed.' },
  SeeAccessNodes: { feature: NODES, without: 'How many access nodes there are is not known: none is launched.' },
  SeeTheirProfile: { feature: NODES, without: 'Whether what nodes run as is there cannot be seen.' },
  SizeAccessNodes: { feature: NODES, without: 'No access node is launched or taken down.' },
  ForgetEndedNodes: { feature: NODES, without: 'Drained access nodes that were ended stay in the list.' },
  MeasureQueues: { feature: NODES, without: 'How much work waits is not known: no access node is launched.' },
  SeeObjectLock: {
    feature: LIBRARY,
    without: 'Whether a bucket has Object Lock is not known: no locked library can be added.',
  },
  MakeLaunchTemplates: { feature: NODES, without: 'Automatic access nodes cannot be set up.' },
  TagLaunchTemplatesAsMade: { feature: NODES, without: 'Automatic access nodes cannot be set up.' },
  ChangeLaunchTemplates: { feature: NODES, without: 'Automatic access nodes can be neither changed nor removed.' },
  TryLaunches: { feature: NODES, without: 'Automatic access nodes cannot be set up.' },
  TagTriedLaunches: { feature: NODES, without: 'Automatic access nodes cannot be set up.' },
  KeepNodeGroups: { feature: NODES, without: 'Automatic access nodes can be neither set up nor removed.' },
  FindNodeImage: { feature: NODES, without: 'Amazon’s newest image is not found: no access node is launched.' },
  PassNodeRole: { feature: NODES, without: 'Automatic access nodes cannot be set up.' },
  MakeAutoScalingRole: { feature: NODES, without: 'In an account that never had one, no group of nodes can be made.' },
  MakeNodeRoles: {
    feature: NODES,
    without: 'Access nodes get no role to take orders: no service hypervisor can be added.',
  },
  KeepNodeRoles: { feature: NODES, without: 'Roles of access nodes can be neither changed nor removed.' },
  KeepNodeProfiles: {
    feature: NODES,
    without: 'Access nodes of this account get nothing to run as: no service hypervisor can be added here.',
  },
  KeepBrokerNames: {
    feature: NODES,
    without: 'Access nodes cannot call the broker: no service hypervisor can be added.',
  },
  TakeOrders: { feature: ORDERS, without: 'Access nodes take no orders.' },
  CallBroker: { feature: ORDERS, without: 'Access nodes get no credentials for their orders: no data is moved.' },
  AnswerTasks: {
    feature: ORDERS,
    without: 'What access nodes have done is not heard of: jobs run into their time limit.',
  },
  WriteLibrary: { feature: LIBRARY, without: 'Nothing can be backed up to the library, or restored from it.' },
  ListLibrary: { feature: LIBRARY, without: 'What is in the library cannot be found.' },
  WrapDataKeys: { feature: LIBRARY, without: 'Tenants’ data keys can be neither made nor opened.' },
  MendAndPruneLibrary: {
    feature: 'repair and prune',
    without: 'The library can be neither repaired nor made smaller.',
  },
  OpenDataKeys: { feature: 'repair and prune', without: 'The library can be neither repaired nor made smaller.' },
};

/** A statement that is not in the list has its Sid as its feature. */
export const serviceFeatureOf = (sid: string): PermissionFeature =>
  FEATURES[sid] ?? { feature: sid, without: `What ${sid} is for does not work.` };

export const knownServiceStatements: readonly string[] = Object.keys(FEATURES);
