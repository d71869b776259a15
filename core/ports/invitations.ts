import type { Invitation } from '../domain/invitation.ts';

/** ExternalIds, one an AWS account, for good: nothing here changes or removes one. */
export interface Invitations {
  /**
   * Makes the account's record, if it has none; else the ExternalId and the time in it stay, and only name and region
   * become the given ones, and the features where some are given. Answers the record as it is then.
   */
  invite(invitation: Invitation): Promise<Invitation>;
  get(accountId: string): Promise<Invitation | undefined>;
}

/** 128 random bits as 32 hex digits. */
export type FreshExternalId = () => string;
