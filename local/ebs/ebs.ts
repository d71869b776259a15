import { type Ec2, ec2Of } from '../ec2/ec2.ts';
import { checkKeyUse } from '../ec2/encryption.ts';
import type { Snapshot } from '../ec2/records.ts';
import { AwsError } from '../kernel/errors.ts';
import type { Access, Call, Kernel } from '../kernel/service.ts';
import { openVault } from '../kernel/vault.ts';
import { BlockBuffers } from './block-buffers.ts';
import { denied, invalid, snapshotNotFound } from './errors.ts';
import { RequestRates } from './request-rates.ts';
import { type EbsSettings, ebsSettings } from './settings.ts';
import { Tokens } from './tokens.ts';

/** How long one permission to use a key is taken for granted; AWS does not ask KMS for each block either. */
const KEY_USE_KEPT_MS = 60_000;
const MOST_KEY_USES = 1_000;

/** What EBS direct's actions share; the snapshots are EC2's. */
export class Ebs {
  readonly ec2: Ec2;
  readonly tokens: Tokens;
  readonly rates: RequestRates;
  readonly buffers = new BlockBuffers();
  /** When blocks were last written, by snapshot: the record on disk is at most a minute behind. */
  readonly lastWrites = new Map<string, number>();
  readonly #keyUses = new Map<string, number>();
  #pages = 0;

  constructor(kernel: Kernel) {
    this.ec2 = ec2Of(kernel);
    this.tokens = new Tokens(openVault(kernel.store).derive('ebs tokens'));
    this.rates = new RequestRates(kernel.clock);
  }

  get settings(): EbsSettings {
    return ebsSettings(this.ec2.kernel.store);
  }

  get now(): number {
    return this.ec2.now;
  }

  /** Whether the next page of a list is to be an empty one. */
  nextPageIsEmpty(): boolean {
    const { emptyPageEvery } = this.settings;
    return emptyPageEvery > 0 && ++this.#pages % emptyPageEvery === 0;
  }

  /** One's own or shared with one. Public ones are refused, all others don't exist. */
  visible(call: Call, id: string): Snapshot {
    if (!/^snap-[0-9a-f]+$/.test(id) || id.length > 64)
      throw invalid('INVALID_SNAPSHOT_ID', `Invalid snapshot id '${id}'.`);
    const snapshot = this.ec2.snapshots.get(id);
    if (!snapshot || (snapshot.region !== call.region && snapshot.region !== '*')) throw snapshotNotFound(id);
    if (snapshot.accountId === call.accountId || snapshot.sharedWith.includes(call.accountId)) return snapshot;
    if (snapshot.isPublic) throw denied('UNAUTHORIZED_ACCOUNT', `The public snapshot '${id}' can't be read.`);
    throw snapshotNotFound(id);
  }

  /** A snapshot whose blocks can be read. */
  readable(call: Call, id: string): Snapshot {
    const snapshot = this.visible(call, id);
    if (snapshot.state === 'completed') return snapshot;
    throw invalid('INVALID_SNAPSHOT_ID', `The snapshot '${id}' is not in the completed state.`);
  }

  /** A snapshot that is being written through this API, by its owner. */
  writable(call: Call, id: string): Snapshot {
    const snapshot = this.visible(call, id);
    if (snapshot.accountId !== call.accountId) throw snapshotNotFound(id);
    if (snapshot.direct && snapshot.createdAt + this.settings.writeLagMs > this.now) throw snapshotNotFound(id);
    if (snapshot.direct && snapshot.state === 'pending' && !snapshot.direct.sealed) return snapshot;
    throw invalid('INVALID_SNAPSHOT_ID', `The snapshot '${id}' is not open for writing.`);
  }

  /** Permission for an action on a snapshot that exists. */
  access(action: string, call: Call, snapshot: Snapshot): Access {
    const context: Record<string, string | readonly string[]> = {
      'aws:ResourceAccount': snapshot.accountId,
      'ebs:Description': snapshot.description,
      'ebs:VolumeSize': String(snapshot.sizeGiB),
      'ebs:ParentSnapshot': snapshot.direct?.parentSnapshotId
        ? `arn:aws:ec2:${call.region}::snapshot/${snapshot.direct.parentSnapshotId}`
        : [],
    };
    if (snapshot.accountId === call.accountId) {
      for (const [key, value] of Object.entries(snapshot.tags)) context[`aws:ResourceTag/${key}`] = value;
    }
    return { action: `ebs:${action}`, resource: `arn:aws:ec2:${call.region}::snapshot/${snapshot.id}`, context };
  }

  /** Whether the caller may use the key of an encrypted snapshot. Throws AccessDeniedException. */
  async checkKey(call: Call, snapshot: Snapshot): Promise<void> {
    if (!snapshot.encryption) return;
    const who = `${call.principal.accessKeyId ?? call.principal.arn} ${snapshot.encryption.kmsKeyId} ${snapshot.id}`;
    const now = this.now;
    if ((this.#keyUses.get(who) ?? 0) > now) return;
    try {
      await checkKeyUse(this.ec2, call, snapshot.encryption);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw denied('DEPENDENCY_ACCESS_DENIED', error.message);
    }
    this.#keyUses.set(who, now + KEY_USE_KEPT_MS);
    if (this.#keyUses.size > MOST_KEY_USES) this.#keyUses.delete(this.#keyUses.keys().next().value as string);
  }
}
