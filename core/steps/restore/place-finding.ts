import { TenantAccessLost } from '../../domain/errors.ts';

export interface PlaceFinding {
  /** What was asked for: subnet, security groups, … */
  readonly rule: string;
  /** `not checked`: the account does not let us ask. */
  readonly outcome: 'allowed' | 'refused' | 'not checked';
  /** A sentence. */
  readonly reason: string;
  /** Of what is refused: what to do, and in which field. */
  readonly remedy?: string;
}

export const refused = (rule: string, reason: string, remedy: string): PlaceFinding => ({
  ...{ rule, outcome: 'refused', reason, remedy },
});

/** A check, or that it cannot be made. Errors: TransientFailure. */
export const checked = async <T extends PlaceFinding>(
  rule: string,
  check: () => Promise<T>,
): Promise<T | PlaceFinding> => {
  try {
    return await check();
  } catch (error) {
    if (!(error instanceof TenantAccessLost)) throw error;
    return { rule, outcome: 'not checked', reason: `It could not be checked: ${error.tenantMessage ?? error.message}` };
  }
};
