import type { Tour } from './world.ts';

interface Sent {
  readonly instanceId: string;
  readonly parameters: Readonly<Record<string, readonly string[]>>;
}

const control = async ({ local: { cloud } }: Tour, path: string, init: RequestInit = {}): Promise<unknown> => {
  const answer = await fetch(`${cloud.endpoint}/_local/ssm${path}`, {
    ...init,
    headers: { 'x-local-control': cloud.controlToken, 'content-type': 'application/json' },
  });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};

/** Whether the Systems Manager agent of an instance answers. */
export const setAgent = async (tour: Tour, instanceId: string, agent: boolean): Promise<void> => {
  await control(tour, `/instances/${instanceId}`, { method: 'PUT', body: JSON.stringify({ agent }) });
};

/** Shell commands that were sent to an instance, in their order. */
export const commandsSentTo = async (tour: Tour, instanceId: string): Promise<readonly string[]> => {
  const { commands } = (await control(tour, `/commands?instanceId=${instanceId}`)) as { commands: readonly Sent[] };
  return commands.flatMap(({ parameters }) => parameters.commands ?? []);
};
