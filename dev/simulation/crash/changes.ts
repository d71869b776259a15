import type { SimCall } from '../call.ts';
import type { WireAnswer } from '../wire.ts';

/** Neither these nor what is refused (4xx) leave anything behind; KMS keeps no record of the keys that it hands out. */
const READS =
  /^(Get|List|Describe|Query|BatchGet|TransactGet|Scan|Head|Simulate|AssumeRole|Decrypt|Encrypt|ReEncrypt|GenerateDataKey)/;

/** Whether the world is another one after a call, for whoever goes on. */
export const hasChanged = ({ service, operation }: SimCall, answer: WireAnswer | undefined): boolean => {
  if (!answer) return true;
  if (service === 'unsigned' || (answer.status >= 400 && answer.status < 500)) return false;
  // a message that was received is hidden from others
  if (operation === 'ReceiveMessage') return answer.body.includes('"Messages":[{');
  return !READS.test(operation);
};
