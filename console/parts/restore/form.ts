import type { RecoveryPointView } from '../../../core/contracts/api.ts';
import type { Draft } from './draft.ts';

/** What a step of the wizard is given. */
export interface RestoreForm {
  readonly draft: Draft;
  /** Of an operator: whose it is. */
  readonly tenant: string | undefined;
  readonly tenantName: string | undefined;
  readonly isOperator: boolean;
  change(changes: Draft): void;
  /** What is wrong with a field, as the contract or the API says it. */
  problemOf(field: string): string | undefined;
}

/** Of steps after the first. */
export interface PointForm extends RestoreForm {
  readonly point: RecoveryPointView;
}
