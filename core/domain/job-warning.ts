import type { HoldfastError } from './errors.ts';
import type { InstanceSettings } from './instance-settings.ts';
import type { JobError, JobInstance } from './job.ts';
import { jobError } from './job-error.ts';

/** Not an error's name: nothing that was asked for is missing. */
export const SETTINGS_NOT_READ = 'SettingsNotRead';

/**
 * Warnings of what was asked for and could not be done, though the rest was: the job is completed with errors. They have the
 * name of the error that they come from, so that what to do about it is said once.
 */
export const shortfallsOf = ({ warnings = [] }: Pick<JobInstance, 'warnings'>): readonly JobError[] =>
  warnings.filter(({ name }) => name !== SETTINGS_NOT_READ);

/** `sentence`: says what was not done, and why, in words of one audience. */
export const warningOf = (error: HoldfastError, sentence: (why: string) => string): JobError => {
  const forTenants = error.tenantMessage ?? jobError(error.name, error.message).tenantMessage;
  return jobError(error.name, sentence(error.message), sentence(forTenants ?? ''));
};

/** What a recovery point lacks of its instance's settings; none: nothing to warn of. All of it is the tenant's own. */
export const settingsWarnings = (settings: InstanceSettings | undefined): readonly JobError[] => {
  const { unreadable = [] } = settings ?? {};
  if (unreadable.length === 0) return [];
  const message = `What could not be read of the instance is not in the recovery point: ${unreadable.join(', ')}. A new instance that is restored from it goes without.`;
  return [jobError(SETTINGS_NOT_READ, message, message)];
};
