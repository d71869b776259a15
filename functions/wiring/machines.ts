/** The state machines' ARNs, from what they have in common: `…:stateMachine:holdfast-dev`. */
export const machinesOf = (prefix: string) => ({
  backup: `${prefix}-backup`,
  snapshot: `${prefix}-snapshot`,
  'backup-copy': `${prefix}-backup-copy`,
  restore: `${prefix}-restore`,
  cleanup: `${prefix}-cleanup`,
  'library-run': `${prefix}-library-run`,
});
