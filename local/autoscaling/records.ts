/** What Auto Scaling remembers. Times are milliseconds since 1970. */

/** The template as a request named it, with the id and name that belong together. */
export interface TemplateUse {
  readonly id: string;
  readonly name: string;
  /** `$Latest`, `$Default` or a number. Of an instance: always a number. */
  readonly version: string;
}

export interface Member {
  readonly id: string;
  readonly zone: string;
  readonly instanceType: string;
  readonly imageId: string;
  readonly template: TemplateUse;
  readonly state: 'Pending' | 'InService' | 'Terminating';
  readonly health: 'Healthy' | 'Unhealthy';
  readonly protected: boolean;
  readonly launchedAt: number;
  readonly inServiceAt?: number;
  /** The activity that its present change belongs to. */
  readonly activityId: string;
}

export interface Activity {
  readonly id: string;
  readonly description: string;
  readonly cause: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly status: 'InProgress' | 'Successful' | 'Failed';
  readonly message?: string;
}

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** One line of metric math: a metric that is read, or an expression over other lines. */
export interface MetricQuery {
  readonly id: string;
  readonly expression?: string;
  readonly metric?: Metric;
  readonly stat?: string;
  readonly unit?: string;
  readonly label?: string;
  readonly period?: number;
  readonly returnData: boolean;
}

export interface Policy {
  readonly name: string;
  readonly arn: string;
  readonly enabled: boolean;
  readonly targetValue: number;
  readonly disableScaleIn: boolean;
  /** Seconds. */
  readonly estimatedWarmup?: number;
  /** Metric math, of which exactly one query returns data; or one plain metric, as one query without an id. */
  readonly queries: readonly MetricQuery[];
}

export interface GroupTag {
  readonly value: string;
  readonly propagate: boolean;
}

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly accountId: string;
  readonly region: string;
  readonly template: TemplateUse;
  readonly minSize: number;
  readonly maxSize: number;
  readonly desired: number;
  /** Seconds. */
  readonly defaultCooldown: number;
  /** Seconds; the cooldown counts if there is none. */
  readonly defaultWarmup?: number;
  /** Seconds. */
  readonly healthCheckGracePeriod: number;
  readonly zones: readonly string[];
  readonly subnetIds: readonly string[];
  readonly terminationPolicies: readonly string[];
  readonly protectNew: boolean;
  readonly context?: string;
  readonly tags: Readonly<Record<string, GroupTag>>;
  readonly createdAt: number;
  readonly members: readonly Member[];
  readonly policies: readonly Policy[];
  readonly enabledMetrics: readonly string[];
  /** Newest first. */
  readonly activities: readonly Activity[];
  /** A launch that was begun: its client token makes a second try after a crash the same launch. */
  readonly launching?: {
    readonly token: string;
    readonly zone: string;
    readonly subnetId?: string;
    readonly cause: string;
  };
  /** After a failure: not before this is anything launched or terminated. */
  readonly retryAt?: number;
  readonly deleting: boolean;
}
