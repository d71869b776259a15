/** The guests of instances, through Systems Manager's agent. */
export interface TenantGuest {
  /** Whether the agent answers for this instance, and what it says of the guest. */
  agent(instanceId: string): Promise<{ readonly online: boolean; readonly platform?: string }>;
  /** Starts a command document; the id to ask for its result with. Errors: SnapshotFailed (the agent is not there). */
  send(
    instanceId: string,
    document: string,
    parameters: Readonly<Record<string, readonly string[]>>,
    timeoutSeconds: number,
  ): Promise<{ readonly commandId: string }>;
  result(
    commandId: string,
    instanceId: string,
  ): Promise<{ readonly state: 'running' | 'succeeded' | 'failed'; readonly output: string }>;
}
