import { openHttpObjectStore } from '../adapters/aws/http-object-store.ts';
import { openHttpWorkArea } from '../adapters/aws/http-work-area.ts';
import { openEbsTransport } from '../adapters/aws/open-ebs-transport.ts';
import { createDiskStore } from '../adapters/disk/disk-store.ts';
import type { CountCall } from '../core/contracts/billed-calls.ts';
import type { LibraryRef, OrderLock, SessionCredentials } from '../core/contracts/orders.ts';
import type { OrderWorkArea } from '../core/ports/node-control.ts';
import type { DeletableStore } from '../core/ports/object-store.ts';
import type { NodeConfiguration } from './configuration.ts';
import type { WorkerOutside } from './worker.ts';

/** How a thread of this node reaches libraries, the work area and snapshots. */
export interface NodeStorage {
  /** See WorkerOutside. Node's own HTTP goes on sending a body whose answer came early. */
  readonly forgetsBodies: boolean;
  openStore(
    library: LibraryRef,
    credentials: () => SessionCredentials,
    lock: () => OrderLock | undefined,
    count: CountCall,
  ): {
    readonly store: DeletableStore;
    close(): void;
  };
  readonly openTransport: WorkerOutside['openTransport'];
  openWorkArea(bucket: string, credentials: () => SessionCredentials, count: CountCall): OrderWorkArea;
}

/** Two ranges ahead, one more for a block that moved, packs on their way up. */
const LIBRARY_CONNECTIONS = 8;
const WORK_AREA_CONNECTIONS = 2;

type Settings = Pick<NodeConfiguration, 'region' | 's3Endpoint' | 'ebsEndpoint' | 'transport' | 'connections'>;

const ebsTransport =
  ({ transport, connections, ebsEndpoint }: Settings): NodeStorage['openTransport'] =>
  (options) =>
    openEbsTransport({ ...options, kind: transport, connections, endpoint: ebsEndpoint });

/** `transport: sdk` takes the SDK here too; it is loaded only then, since it costs each thread some 15 MiB. */
export const openNodeStorage = async (settings: Settings): Promise<NodeStorage> => {
  const { region, s3Endpoint: endpoint, transport } = settings;
  if (transport === 'sdk') return openSdkStorage(settings);
  return {
    forgetsBodies: true,
    openTransport: ebsTransport(settings),
    openStore: (library, credentials, lock, count) =>
      library.kind === 'disk'
        ? { store: createDiskStore({ folder: library.path }), close: () => undefined }
        : openHttpObjectStore({ ...library, credentials, endpoint, connections: LIBRARY_CONNECTIONS, lock, count }),
    openWorkArea: (bucket, credentials, count) =>
      openHttpWorkArea({ region, bucket, credentials, endpoint, connections: WORK_AREA_CONNECTIONS, count }),
  };
};

const openSdkStorage = async (settings: Settings): Promise<NodeStorage> => {
  const { region, s3Endpoint } = settings;
  const { createS3WorkArea } = await import('../adapters/aws/node-work-area.ts');
  const { openTenantStore } = await import('../adapters/aws/open-tenant-store.ts');
  const pathStyle = s3Endpoint !== undefined;
  return {
    forgetsBodies: false,
    openTransport: ebsTransport(settings),
    openStore: (library, credentials, lock, count) => openTenantStore(library, { credentials, pathStyle, lock, count }),
    openWorkArea: (bucket, credentials, count) => createS3WorkArea({ region, bucket, credentials, pathStyle, count }),
  };
};
