import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import { type Access, type Operation, operation, type Principal } from '../../kernel/service.ts';
import { checkName, parseArn } from '../arns.ts';
import { validateDefinition } from '../definition/validate.ts';
import type { StatesEngine } from '../engine.ts';
import type { JsonObject } from '../json.ts';
import { keyOf, type MachineRecord, type MachineType } from '../records.ts';
import { arn, machineArnOf, maxResults, nextToken, page, permit, seconds } from './shared.ts';

const definition = z.string().min(1).max(1_048_576);
const type = z.enum(['STANDARD', 'EXPRESS']);
/** Taken and given back, without effect: there are no log groups and no traces here. */
const options = {
  loggingConfiguration: z.record(z.string(), z.json()).optional(),
  tracingConfiguration: z.strictObject({ enabled: z.boolean().optional() }).optional(),
};
const tags = z.array(z.strictObject({ key: z.string().min(1).max(128), value: z.string().max(256) })).max(50);

const passRole = (roleArn: string): Access => ({
  action: 'iam:PassRole',
  resource: roleArn,
  context: { 'iam:PassedToService': 'states.amazonaws.com' },
});

const checkRole = (roleArn: string): void => {
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(roleArn)) {
    throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${roleArn}'`);
  }
};

/** Where AWS hears of the end of nested executions; a role that starts any with `.sync` must be allowed to keep it. */
const managedRule = 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule';

/** AWS tries the role when a machine is created or changed. */
const tryRole = async (engine: StatesEngine, roleArn: string, machineArn: string, text: string): Promise<void> => {
  const { kernel } = engine;
  const { region, accountId } = parseArn(machineArn);
  let principal: Principal;
  try {
    principal = await kernel.serviceSession('states.amazonaws.com', roleArn, kernel.randomHex(16), machineArn);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError(
      'AccessDeniedException',
      'Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume the provided role.',
    );
  }
  if (!/"arn:aws:states:::states:startExecution\.sync(:2)?"/.test(text)) return;
  const resource = `arn:aws:events:${region}:${accountId}:${managedRule}`;
  try {
    const actions = ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'];
    kernel.authorise(
      principal,
      region,
      actions.map((action) => ({ action, resource })),
    );
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    throw new AwsError('AccessDeniedException', `'${roleArn}' is not authorized to create managed-rule.`);
  }
};

const checkDefinition = (text: string, machineType: MachineType): void => {
  const found = validateDefinition(text, machineType);
  if (found.length === 0) return;
  const list = found.map(({ code, message, location }) => `${code}: ${message} at ${location}`).join(', ');
  throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${list}'`);
};

export const machineOf = (engine: StatesEngine, machineArn: string): MachineRecord => {
  parseArn(machineArn, 'stateMachine');
  const machine = engine.tables.machines.get(machineArn);
  if (!machine) {
    throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${machineArn}'`);
  }
  return machine;
};

const described = (machine: MachineRecord) => ({
  stateMachineArn: machine.arn,
  name: machine.name,
  definition: machine.definition,
  roleArn: machine.roleArn,
  revisionId: machine.revisionId,
  ...machine.options,
});

export const stateMachineOperations = (engine: StatesEngine): Operation[] => {
  const { tables, kernel } = engine;
  const save = (machine: MachineRecord): void =>
    kernel.store.transaction(() => {
      tables.machines.put(machine.arn, machine);
      tables.revisions.put(keyOf(machine.arn, machine.revisionId), {
        definition: machine.definition,
        type: machine.type,
      });
    });

  return [
    operation({
      name: 'CreateStateMachine',
      input: z.strictObject({
        name: z.string().min(1).max(80),
        definition,
        roleArn: arn,
        type: type.optional(),
        tags: tags.optional(),
        publish: z.literal(false).optional(),
        ...options,
      }),
      access: ({ name, roleArn, tags: given }, call) => [
        permit('CreateStateMachine', machineArnOf(call, name)),
        ...(given?.length ? [permit('TagResource', machineArnOf(call, name))] : []),
        passRole(roleArn),
      ],
      async run(
        { name, definition: text, roleArn, type: machineType = 'STANDARD', tags: given, publish, ...rest },
        call,
      ) {
        checkName(name);
        checkRole(roleArn);
        checkDefinition(text, machineType);
        const machineArn = machineArnOf(call, name);
        const known = tables.machines.get(machineArn);
        const given_ = JSON.parse(JSON.stringify(rest)) as JsonObject;
        if (known) {
          const same =
            known.definition === text &&
            known.type === machineType &&
            JSON.stringify(known.options) === JSON.stringify(given_);
          if (same) return { stateMachineArn: machineArn, creationDate: seconds(known.creationDate) };
          throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${machineArn}'`);
        }
        await tryRole(engine, roleArn, machineArn, text);
        const now = kernel.clock.now();
        save({
          arn: machineArn,
          name,
          type: machineType,
          definition: text,
          roleArn,
          revisionId: revision(kernel.randomHex(16)),
          creationDate: now,
          updateDate: now,
          options: given_,
        });
        return { stateMachineArn: machineArn, creationDate: seconds(now) };
      },
    }),
    operation({
      name: 'UpdateStateMachine',
      input: z.strictObject({
        stateMachineArn: arn,
        definition: definition.optional(),
        roleArn: arn.optional(),
        publish: z.literal(false).optional(),
        ...options,
      }),
      access: ({ stateMachineArn, roleArn }) => [
        permit('UpdateStateMachine', stateMachineArn),
        ...(roleArn ? [passRole(roleArn)] : []),
      ],
      async run({ stateMachineArn, definition: text, roleArn, publish, ...rest }) {
        const machine = machineOf(engine, stateMachineArn);
        const changed = JSON.parse(JSON.stringify(rest)) as JsonObject;
        if (text === undefined && roleArn === undefined && Object.keys(changed).length === 0) {
          throw new AwsError(
            'MissingRequiredParameter',
            'Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified',
          );
        }
        if (roleArn) checkRole(roleArn);
        if (text !== undefined) checkDefinition(text, machine.type);
        await tryRole(engine, roleArn ?? machine.roleArn, machine.arn, text ?? machine.definition);
        const now = kernel.clock.now();
        const revisionId = revision(kernel.randomHex(16));
        save({
          ...machine,
          ...(text === undefined ? {} : { definition: text }),
          ...(roleArn === undefined ? {} : { roleArn }),
          options: { ...machine.options, ...changed },
          revisionId,
          updateDate: now,
        });
        return { updateDate: seconds(now), revisionId };
      },
    }),
    operation({
      name: 'DescribeStateMachine',
      input: z.strictObject({ stateMachineArn: arn, includedData: z.enum(['ALL_DATA', 'METADATA_ONLY']).optional() }),
      access: ({ stateMachineArn }) => [permit('DescribeStateMachine', stateMachineArn)],
      run({ stateMachineArn, includedData }) {
        const machine = machineOf(engine, stateMachineArn);
        const { definition: text, ...rest } = described(machine);
        return {
          ...rest,
          ...(includedData === 'METADATA_ONLY' ? {} : { definition: text }),
          status: 'ACTIVE',
          type: machine.type,
          creationDate: seconds(machine.creationDate),
        };
      },
    }),
    operation({
      name: 'DescribeStateMachineForExecution',
      input: z.strictObject({ executionArn: arn, includedData: z.enum(['ALL_DATA', 'METADATA_ONLY']).optional() }),
      access: ({ executionArn }) => [permit('DescribeStateMachineForExecution', executionArn)],
      run({ executionArn }) {
        const execution = tables.executions.get(executionArn);
        if (!execution) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${executionArn}'`);
        const [, label] = execution.machineArn.split('/');
        return {
          stateMachineArn: execution.machineArn,
          name: execution.machineArn.split(':')[6] ?? '',
          definition: tables.revisions.get(execution.revision)?.definition ?? '',
          roleArn: execution.roleArn,
          updateDate: seconds(execution.startDate),
          revisionId: execution.revision.split('|')[1] ?? execution.revision,
          ...(execution.mapRunArn === undefined ? {} : { mapRunArn: execution.mapRunArn, label }),
        };
      },
    }),
    operation({
      name: 'ListStateMachines',
      input: z.strictObject({ maxResults, nextToken }),
      access: () => [permit('ListStateMachines')],
      run(input, call) {
        const all = [...tables.machines.entries(machineArnOf(call, ''))].map(({ value }) => value);
        const { items, ...rest } = page(all, input);
        return {
          stateMachines: items.map((machine) => ({
            stateMachineArn: machine.arn,
            name: machine.name,
            type: machine.type,
            creationDate: seconds(machine.creationDate),
          })),
          ...rest,
        };
      },
    }),
    operation({
      name: 'DeleteStateMachine',
      input: z.strictObject({ stateMachineArn: arn }),
      access: ({ stateMachineArn }) => [permit('DeleteStateMachine', stateMachineArn)],
      // Running executions go on with the revision that they were started with.
      run({ stateMachineArn }) {
        parseArn(stateMachineArn, 'stateMachine');
        tables.machines.delete(stateMachineArn);
        return {};
      },
    }),
    operation({
      name: 'ValidateStateMachineDefinition',
      input: z.strictObject({
        definition,
        type: type.optional(),
        severity: z.enum(['ERROR', 'WARNING']).optional(),
        maxResults: z.number().int().min(0).max(100).optional(),
      }),
      access: () => [permit('ValidateStateMachineDefinition')],
      run({ definition: text, type: machineType = 'STANDARD', maxResults: most }) {
        const found = validateDefinition(text, machineType);
        const limit = most || 100;
        return {
          result: found.length > 0 ? 'FAIL' : 'OK',
          diagnostics: found.slice(0, limit),
          truncated: found.length > limit,
        };
      },
    }),
  ];
};

const revision = (hex: string): string =>
  `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
