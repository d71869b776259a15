import type { TellUncounted } from '../../core/steps/usage/tell-uncounted.ts';

/** Wherever a test does not ask for it, everything is counted. */
export const uncountedFails: TellUncounted = (error) => {
  throw error;
};
