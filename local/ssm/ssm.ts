import { type Ec2, ec2Of } from '../ec2/ec2.ts';
import type { Instance } from '../ec2/records.ts';
import type { Kernel } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import type { PlatformType } from './documents.ts';
import type { Guest, Invocation } from './records.ts';

/** How the local Systems Manager behaves in time. Milliseconds of the cloud's clock. Kept in the data folder. */
export interface SsmSettings {
  /** From SendCommand until the agent takes the command. */
  readonly deliveryMs: number;
  /** How long a command runs. */
  readonly commandMs: number;
  /** How long GetCommandInvocation does not know a new command: eventual consistency. */
  readonly invocationLagMs: number;
}

const DEFAULTS: SsmSettings = { deliveryMs: 20, commandMs: 50, invocationLagMs: 0 };

const ORDINARY: Guest = {
  commands: 'succeed',
  scripts: [],
  stdout: '',
  stderr: '',
  exitCode: 1,
  vss: 'works',
};

/** What Systems Manager's actions share. Agents are part of the guests; that an instance runs, EC2 knows. */
export class Ssm {
  readonly kernel: Kernel;
  readonly invocations: Table<Invocation>;
  readonly #ec2: Ec2;
  readonly #settings: Table<Partial<SsmSettings>>;
  readonly #guests: Table<Partial<Guest>>;

  constructor(kernel: Kernel) {
    this.kernel = kernel;
    this.invocations = kernel.store.table('ssm.invocations');
    this.#settings = kernel.store.table('ssm.settings');
    this.#guests = kernel.store.table('ssm.settings');
    this.#ec2 = ec2Of(kernel);
  }

  get now(): number {
    return this.kernel.clock.now();
  }

  get settings(): SsmSettings {
    return { ...DEFAULTS, ...this.#settings.get('service') };
  }

  /** Throws RangeError on an unknown name or a negative value. */
  changeSettings(changes: Readonly<Record<string, unknown>>): SsmSettings {
    for (const [name, value] of Object.entries(changes)) {
      if (!(name in DEFAULTS)) throw new RangeError(`unknown setting ${name}; there are ${Object.keys(DEFAULTS)}`);
      if (typeof value !== 'number' || !(value >= 0)) throw new RangeError(`${name} must be a number from 0`);
    }
    const settings = { ...this.settings, ...changes };
    this.#settings.put('service', settings);
    return settings;
  }

  guest(instanceId: string): Guest {
    return { ...ORDINARY, ...this.#guests.get(`instance/${instanceId}`) };
  }

  changeGuest(instanceId: string, changes: Partial<Guest>): Guest {
    const guest = { ...this.guest(instanceId), ...changes };
    this.#guests.put(`instance/${instanceId}`, guest);
    return guest;
  }

  /** Whoever's it is. */
  instance(instanceId: string): Instance | undefined {
    return this.#ec2.instances.get(instanceId);
  }

  /** Instances of an account and region whose agent has registered: it needs credentials to do so. */
  *managed(accountId: string, region: string): Generator<Instance> {
    for (const instance of this.#ec2.instances.in(accountId, region)) if (this.hasAgent(instance)) yield instance;
  }

  hasAgent({ id, profileArn }: Instance): boolean {
    return this.guest(id).agent ?? profileArn !== undefined;
  }

  /** Whether its agent can take a command now. */
  isOnline(instance: Instance | undefined): boolean {
    return instance !== undefined && instance.state === 'running' && this.hasAgent(instance);
  }
}

export const platformOf = ({ licence }: Instance): PlatformType =>
  licence.platformDetails.startsWith('Windows') ? 'Windows' : 'Linux';

export const keyOf = (invocation: Pick<Invocation, 'accountId' | 'region' | 'commandId' | 'instanceId'>): string =>
  `${invocation.accountId}/${invocation.region}/${invocation.commandId}/${invocation.instanceId}`;
