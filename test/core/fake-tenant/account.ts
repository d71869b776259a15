/**
 * A tenant account in memory, for restores: instances, volumes and what is attached where change their state as EC2's do,
 * one look later. Steps reach it through `scopes.ts`.
 */
import type { InstanceChange, LaunchSettings } from '../../../core/domain/instance-settings.ts';
import type { InstanceConfiguration } from '../../../core/domain/recovery-point.ts';
import type { LaunchPlaces } from '../../../core/ports/launch-places.ts';
import type { Tags } from '../../../core/ports/tags.ts';
import type { DescribedImage, ImageRequest } from '../../../core/ports/tenant-images.ts';
import { everyPlace } from '../fake-places.ts';

export interface FakeVolume {
  volumeId: string;
  state: string;
  sizeGiB: number;
  volumeType: string;
  availabilityZone: string;
  /** The snapshot that it was made from: what is on it. */
  content: string;
  kmsKeyId?: string;
  tags: Record<string, string>;
  attachment?: { instanceId: string; device: string; state: string; deleteOnTermination: boolean };
}

export interface FakeInstance {
  instanceId: string;
  state: string;
  configuration: InstanceConfiguration;
  tags: Record<string, string>;
  /** What a launch was told of them, and what was changed since. */
  settings?: LaunchSettings & InstanceChange;
}

type Call = (name: string) => void;

export class FakeAccount {
  readonly instances = new Map<string, FakeInstance>();
  readonly volumes = new Map<string, FakeVolume>();
  readonly snapshots = new Map<string, { tags: Tags; kmsKeyId?: string }>();
  readonly images = new Map<string, { tags: Tags; request: ImageRequest }>();
  readonly donors: DescribedImage[] = [];
  /** What the account says of where a restore could go. */
  places: LaunchPlaces = everyPlace;
  readonly #made = new Map<string, string>();
  #next = 1;
  /** Asked before and after each change; throws to make it fail, or to lose its answer. */
  before: Call = () => undefined;
  after: Call = () => undefined;

  id(prefix: string): string {
    return `${prefix}-${String(this.#next++).padStart(8, '0')}`;
  }

  once(token: string, make: () => string): string {
    const there = this.#made.get(token) ?? make();
    this.#made.set(token, there);
    return there;
  }

  /** What anybody could see, for comparing: without what is gone. */
  picture(): object {
    const shown = (each: object) => JSON.parse(JSON.stringify(each)) as object;
    return {
      instances: [...this.instances.values()].filter(({ state }) => state !== 'terminated').map(shown),
      volumes: [...this.volumes.values()].map(shown),
      snapshots: [...this.snapshots.keys()],
      images: [...this.images.keys()],
    };
  }

  /** One look: everything that is under way arrives. */
  settle(): void {
    for (const instance of this.instances.values()) {
      const next: Record<string, string> = { pending: 'running', stopping: 'stopped', 'shutting-down': 'terminated' };
      if (instance.state === 'shutting-down') this.#terminated(instance.instanceId);
      instance.state = next[instance.state] ?? instance.state;
    }
    for (const volume of this.volumes.values()) {
      if (volume.state === 'creating') volume.state = 'available';
      if (volume.attachment?.state === 'attaching') volume.attachment.state = 'attached';
      if (volume.attachment?.state === 'detaching') {
        delete volume.attachment;
        volume.state = 'available';
      }
    }
  }

  #terminated(instanceId: string): void {
    for (const volume of [...this.volumes.values()]) {
      if (volume.attachment?.instanceId !== instanceId) continue;
      if (volume.attachment.deleteOnTermination) this.volumes.delete(volume.volumeId);
      delete volume.attachment;
      volume.state = 'available';
    }
  }
}
