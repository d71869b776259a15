import { AWS_SAYS } from '../aws-words.ts';
import type { Difference } from '../difference.ts';

/** KMS, EventBridge Scheduler, Step Functions; and what comes at the same time, in DynamoDB and S3. */
export const CONTROL_PLANE: readonly Difference[] = [
  {
    test: /keys that wrap keys › refuse what another key has wrapped/,
    says: /LibraryUnavailable/,
    moto: 'AccessDeniedException.',
    aws: 'IncorrectKeyException: the key named is not that of the ciphertext.',
    evidence: [AWS_SAYS.otherKey],
  },
  {
    test: /keys that wrap keys › that are switched off/,
    says: /Missing expected rejection/,
    moto: 'A disabled key decrypts.',
    aws: 'DisabledException.',
    evidence: [AWS_SAYS.disabledKey],
  },
  {
    test: /schedules of plans › say which field is wrong, and stay as they are: \{"expression"/,
    says: /Missing expected rejection/,
    moto: 'Any schedule expression is taken.',
    aws: 'ValidationException: the expression is not valid.',
    evidence: [AWS_SAYS.schedule, AWS_SAYS.invalidInput],
    open: 'Not found: the words of the refusal.',
  },
  {
    test: /schedules of plans › say which field is wrong, and stay as they are: \{"timeZone"/,
    says: /Missing expected rejection/,
    moto: 'Any time zone is taken.',
    aws: 'ValidationException: the time zone is none of the IANA database.',
    evidence: [AWS_SAYS.schedule, AWS_SAYS.invalidInput],
    open: 'Not found: the words of the refusal.',
  },
  {
    test: /schedules of plans › do not blame the plan for a role/,
    says: /Missing expected rejection/,
    moto: 'The role of a target is not looked at.',
    aws: 'ValidationException: Scheduler must be allowed to assume the role.',
    evidence: [AWS_SAYS.invalidInput],
    open: 'Seen in reports of users only: “The execution role you provide must allow AWS EventBridge Scheduler to assume the role.”',
  },
  {
    test: /executions › (hand out a token|fail when their order|that have ended let their token die)/,
    says: /still undefined/,
    moto: 'Executions only seem to run, and call nothing; with the setting that lets them run, JSONata needs Java.',
    aws: 'Task states with JSONata arguments call their service with the token.',
    evidence: [AWS_SAYS.callback],
    open: 'Of JSONata arguments: docs on it were not looked up here; the interpreter is held against recordings of AWS (above).',
  },
  {
    test: /executions › know no token that nobody handed out/,
    says: /true !== false|strictly equal/,
    moto: 'Any token is taken.',
    aws: 'InvalidToken, or TaskDoesNotExist.',
    evidence: [AWS_SAYS.invalidToken],
  },
  {
    test: /^the catalog \(DynamoDB\) › .*(changed as they were read|one ExternalId for good|are made once, |remember|lose |one run of many|one tenant.s only|of twenty|of many|expires a point|longest lock of several|at the same time|exactly one|one racer|adds a job once|adds up its counters|adds to the volume that was moved)/,
    says: /AssertionError/,
    moto: 'Requests run in threads without locks: what is read and written is not one step.',
    aws: 'Conditional and atomic writes of an item are serialised.',
    evidence: [AWS_SAYS.oneByOne],
    open: 'That they are serialised that page says of atomic counters: “All write requests are applied in the order in which they were received”.',
    sometimes: true,
  },
  {
    test: /^an object store: .*of twenty that create the same object at once/,
    says: /strictly equal|falsy/,
    moto: 'Requests run in threads without locks: what is read and written is not one step.',
    aws: 'Of several conditional writes one succeeds, the others are refused.',
    evidence: [AWS_SAYS.createOnly],
    sometimes: true,
  },
];
