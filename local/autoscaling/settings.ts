import type { Store } from '../kernel/store.ts';

/** How the local Auto Scaling behaves in time. Kept in the data folder. */
export interface AutoScalingSettings {
  /**
   * How often metrics are looked at, ms of the cloud's clock; a minute on AWS. Warm-ups and cooldowns, which requests
   * give in seconds, shrink alike: 60 s are one evaluation.
   */
  readonly evaluationMs: number;
  /** In a row above the target before it scales out; 3 on AWS. */
  readonly scaleOutEvaluations: number;
  /** In a row below 90 % of the target before it scales in; 15 on AWS. */
  readonly scaleInEvaluations: number;
  /** After a launch or termination that failed, until the next try, ms. */
  readonly retryMs: number;
}

const DEFAULTS: AutoScalingSettings = {
  evaluationMs: 1_000,
  scaleOutEvaluations: 1,
  scaleInEvaluations: 15,
  retryMs: 5_000,
};

const TABLE = 'autoscaling.settings';

export const autoScalingSettings = (store: Store): AutoScalingSettings => ({
  ...DEFAULTS,
  ...store.table<Partial<AutoScalingSettings>>(TABLE).get('settings'),
});

/** Changes some settings, from now on and over restarts. Throws on an unknown name or a value that is not above 0. */
export const changeAutoScalingSettings = (
  store: Store,
  changes: Readonly<Record<string, unknown>>,
): AutoScalingSettings => {
  for (const [name, value] of Object.entries(changes)) {
    if (!(name in DEFAULTS)) throw new RangeError(`unknown setting ${name}; there are ${Object.keys(DEFAULTS)}`);
    if (typeof value !== 'number' || !(value > 0)) throw new RangeError(`${name} must be a number above 0`);
  }
  const settings = { ...autoScalingSettings(store), ...changes };
  store.table<AutoScalingSettings>(TABLE).put('settings', settings);
  return settings;
};
