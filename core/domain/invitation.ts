/** An account that was asked in. Its ExternalId is never changed, never removed and never another account's. */
export interface Invitation {
  readonly accountId: string;
  /** What the operator calls the tenant, and where its instances are, as they said it last. */
  readonly name: string;
  readonly region: string;
  /** What its role is to allow, as they said it last. Absent: everything. */
  readonly features?: readonly string[];
  readonly externalId: string;
  /** ms since 1970 */
  readonly invitedAt: number;
}
