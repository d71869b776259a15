/** What a state machine's definition asks AWS for, as the statements that its role needs, neither more nor less. */
import type { Deployment, Place } from '../../dev/deployment/read-serverless.ts';

/** Each action on each resource, one line: `states:StartExecution arn:aws:states:…`. */
export type Grants = ReadonlySet<string>;

interface Node {
  readonly Resource?: string;
  readonly Arguments?: Readonly<Record<string, unknown>>;
  readonly ItemReader?: unknown;
  readonly ResultWriter?: unknown;
  readonly ProcessorConfig?: { readonly Mode?: string };
}

const nodesOf = (node: unknown): readonly Node[] => {
  if (!node || typeof node !== 'object') return [];
  const below = Object.values(node).flatMap(nodesOf);
  return Array.isArray(node) ? below : [node as Node, ...below];
};

const named = (expression: unknown, kind: string): string => {
  const name = new RegExp(`^#\\{(\\w+)${kind}\\}$`).exec(String(expression))?.[1];
  if (name === undefined) throw new TypeError(`${expression} names no ${kind}`);
  return name;
};

/** Errors: TypeError for a service integration that is not known here. */
export const grantsOf = (
  { functions, stepFunctions, custom }: Deployment,
  { accountId, region }: Place,
  machine: string,
): Grants => {
  const grants = new Set<string>();
  const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  const { stateMachines } = stepFunctions;
  const own = stateMachines[machine];
  if (!own) throw new TypeError(`there is no machine ${machine}`);
  const follow = (...patterns: readonly string[]): void => {
    for (const action of ['states:DescribeExecution', 'states:StopExecution'])
      for (const pattern of patterns) grants.add(`${action} ${arn('states', `execution:${pattern}`)}`);
  };

  const call = (resource: string, Arguments: Node['Arguments'] = {}): void => {
    switch (resource.replace('arn:aws:states:::', '')) {
      case 'lambda:invoke': {
        const id = named(Arguments.FunctionName, 'LambdaFunction\\.Arn');
        const definition = functions[`${id[0]?.toLowerCase()}${id.slice(1)}`];
        grants.add(`lambda:InvokeFunction ${arn('lambda', `function:${definition?.name}`)}`);
        break;
      }
      case 'states:startExecution.sync:2':
      case 'states:startExecution': {
        const id = `${named(Arguments.StateMachineArn, 'StateMachine')}StateMachine`;
        const child = Object.values(stateMachines).find((each) => each.id === id);
        grants.add(`states:StartExecution ${arn('states', `stateMachine:${child?.name}`)}`);
        if (!resource.endsWith('.sync:2')) break;
        follow(`${child?.name}:*`);
        // Step Functions hears of the child's end by a rule of its own.
        for (const action of ['PutTargets', 'PutRule', 'DescribeRule'])
          grants.add(`events:${action} ${arn('events', 'rule/StepFunctionsGetEventsForStepFunctionsExecutionRule')}`);
        break;
      }
      case 'sqs:sendMessage.waitForTaskToken': {
        grants.add(`sqs:SendMessage ${arn('sqs', `${custom.name}-hv-*-work`)}`);
        // Library runs are never sent where restores are waited for.
        if (machine === 'transfer') grants.add(`sqs:SendMessage ${arn('sqs', `${custom.name}-hv-*-restores`)}`);
        break;
      }
      case 's3:getObject':
        grants.add(`s3:GetObject arn:aws:s3:::${custom.workBucket}/work/*`);
        break;
      case 's3:putObject':
        for (const action of ['PutObject', 'ListMultipartUploadParts', 'AbortMultipartUpload'])
          grants.add(`s3:${action} arn:aws:s3:::${custom.workBucket}/work/*`);
        break;
      default:
        throw new TypeError(`what ${resource} needs is not known`);
    }
  };

  for (const node of nodesOf(own.definition)) {
    if (node.Resource?.startsWith('arn:aws:states:::')) call(node.Resource, node.Arguments);
    if (node.ProcessorConfig?.Mode !== 'DISTRIBUTED') continue;
    grants.add(`states:StartExecution ${arn('states', `stateMachine:${own.name}`)}`);
    follow(`${own.name}:*`, `${own.name}/*`);
  }
  return grants;
};
