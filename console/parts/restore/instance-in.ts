import { InstanceId } from '../../../core/contracts/ids.ts';

interface Known {
  readonly instanceId: string;
  readonly name?: string | undefined;
}

const isInstanceId = (text: string): boolean => InstanceId.safeParse(text).success;

/** The instance that is meant: by its id, or by a name that only one of those that are known has. */
export const instanceIn = (text: string, known: readonly Known[]): string | undefined => {
  const typed = text.trim();
  if (isInstanceId(typed)) return typed;
  const called = known.filter(({ name }) => name === typed);
  return called.length === 1 ? called[0]?.instanceId : undefined;
};
