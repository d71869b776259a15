import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Call, type Operation, operation } from '../../kernel/service.ts';
import type { StatesEngine } from '../engine.ts';
import { PAYLOAD_LIMIT } from '../interpreter/state-context.ts';
import { keyOf, type Outcome, type TokenRecord } from '../records.ts';
import { permit } from './shared.ts';

const taskToken = z.string().min(1).max(2048);

/** An open token; to a principal of another account its own tokens are all there are. */
const openToken = (engine: StatesEngine, token: string, call: Call): TokenRecord => {
  const record = engine.tables.tokens.get(token);
  if (!record || record.executionArn.split(':')[4] !== call.principal.accountId) {
    throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
  }
  if (record.state === 'answered' || record.state === 'timed-out') {
    throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
  }
  if (record.state === 'waiting') throw new AwsError('TaskDoesNotExist', "Task Does Not Exist: 'No worker has it'");
  return record;
};

export const taskTokenOperations = (engine: StatesEngine): Operation[] => {
  const { tables, kernel } = engine;

  /** The answer is on disk before the caller is told that it was taken. */
  const answer = (token: string, call: Call, outcome: Omit<Outcome, 'time'>): void => {
    const record = openToken(engine, token, call);
    kernel.store.transaction(() => {
      tables.journal.put(keyOf(record.executionArn, record.answerAt), { time: kernel.clock.now(), ...outcome });
      tables.tokens.put(token, { ...record, state: 'answered' });
    });
    engine.tokenChanged(token);
  };

  return [
    operation({
      name: 'SendTaskSuccess',
      input: z.strictObject({ taskToken, output: z.string() }),
      access: () => [permit('SendTaskSuccess')],
      run({ taskToken: token, output }, call) {
        if (Buffer.byteLength(output) > PAYLOAD_LIMIT)
          throw new AwsError('InvalidOutput', 'Invalid Output: output is too long');
        try {
          JSON.parse(output);
        } catch (error) {
          throw new AwsError('InvalidOutput', `Invalid Output: '${(error as Error).message}'`);
        }
        answer(token, call, { value: output });
        return {};
      },
      redact: ['taskToken', 'output'],
    }),
    operation({
      name: 'SendTaskFailure',
      input: z.strictObject({
        taskToken,
        error: z.string().max(256).optional(),
        cause: z.string().max(32_768).optional(),
      }),
      access: () => [permit('SendTaskFailure')],
      run({ taskToken: token, error, cause }, call) {
        answer(token, call, {
          failure: { ...(error === undefined ? {} : { error }), ...(cause === undefined ? {} : { cause }) },
        });
        return {};
      },
      redact: ['taskToken', 'cause'],
    }),
    operation({
      name: 'SendTaskHeartbeat',
      input: z.strictObject({ taskToken }),
      access: () => [permit('SendTaskHeartbeat')],
      run({ taskToken: token }, call) {
        const record = openToken(engine, token, call);
        if (record.heartbeatSeconds !== undefined) {
          tables.tokens.put(token, { ...record, heartbeatAt: kernel.clock.now() });
          engine.tokenChanged(token);
        }
        return {};
      },
      redact: ['taskToken'],
    }),
  ];
};
