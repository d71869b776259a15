import { join } from 'node:path';
import { deployRestApi } from '../../local/apigateway/rest-apis.ts';
import type { Cloud } from '../../local/cloud.ts';
import { putRule } from '../../local/events/rules.ts';
import { deployFunction, type Deployment as FunctionDeployment } from '../../local/lambda/deploy-function.ts';
import { bundleFolder } from './bundle-folder.ts';
import { bundledHandler } from './bundle-functions.ts';
import { firstServiceResources } from './first-service.ts';
import { gatewayResponsesOf } from './gateway-responses.ts';
import type { Mutation } from './mutation.ts';
import { type Deployment, type FunctionDefinition, type Place, readServerless } from './read-serverless.ts';
import { API_ID, deployResource, deployResources } from './resources.ts';
import { asRoot, find, type Physical, resolveReferences, type Stack } from './stack.ts';

export interface Deployed {
  /** The REST API's base URL. */
  readonly apiUrl: string;
  readonly place: Place;
  readonly deployment: Deployment;
}

/**
 * Deploys `serverless.yml` to the local cloud: resources, functions, state machines, REST API, event rules. Run again
 * on the same data folder it changes what has changed. `overrides` replace entries of `custom` (segment size and such);
 * `code` stands for the bundles of the functions. What comes with the stack of the first service hypervisor is left out
 * unless `overrides.firstService` is `yes`: most tests add theirs.
 */
export const deploy = async (
  cloud: Cloud,
  place: Place,
  projectDir: string,
  overrides: Readonly<Record<string, string>> = {},
  mutations: readonly Mutation[] = [],
  code?: CodeOf,
): Promise<Deployed> => {
  const deployment = readServerless(join(projectDir, 'serverless.yml'), place, overrides, mutations);
  const stack: Stack = { cloud, place, physical: cloud.kernel.store.table<Physical>('deployment') };
  const bundled = code ? undefined : bundleFolder(deployment, projectDir, mutations);
  await deployResources(stack, deployment);
  const codeOf = code ?? codeIn(await (bundled as Promise<string>));
  for (const [key, definition] of Object.entries(deployment.functions))
    await deployLambda(stack, deployment, key, definition, codeOf);
  if (overrides.firstService === 'yes')
    for (const [logicalId, resource] of Object.entries(firstServiceResources(place, deployment.custom)))
      await deployResource(stack, logicalId, resource);
  await deployMachines(stack, deployment);
  await deployEvents(stack, deployment);
  return { apiUrl: await deployApi(stack, deployment), place, deployment };
};

/** Where a function's code is, of its `handler` in serverless.yml. */
export type CodeOf = (handler: string) => Pick<FunctionDeployment, 'codePath' | 'handlerExport' | 'compileCache'>;

const codeIn =
  (outdir: string): CodeOf =>
  (handler) => ({ ...bundledHandler(handler, outdir), compileCache: join(outdir, 'compiled') });

const functionLogicalId = (key: string): string => `${key[0]?.toUpperCase()}${key.slice(1)}LambdaFunction`;

const deployLambda = async (
  stack: Stack,
  { provider }: Deployment,
  key: string,
  definition: FunctionDefinition,
  codeOf: CodeOf,
): Promise<void> => {
  const { accountId, region } = stack.place;
  const environment = resolveReferences(stack, { ...provider.environment, ...definition.environment }) as Record<
    string,
    string
  >;
  deployFunction(stack.cloud.kernel, {
    accountId,
    region,
    functionName: definition.name,
    roleArn: find(stack, definition.role).attributes.Arn as string,
    ...codeOf(definition.handler),
    environment,
    timeoutSeconds: definition.timeout ?? provider.timeout,
    memoryMb: definition.memorySize ?? provider.memorySize,
    policy: invokePolicy(accountId, region, definition),
  });
  const arn = `arn:aws:lambda:${region}:${accountId}:function:${definition.name}`;
  stack.physical.put(functionLogicalId(key), { ref: definition.name, attributes: { Arn: arn } });
};

/** The permission that the framework adds for a function's events. */
const invokePolicy = (accountId: string, region: string, { name, events = [] }: FunctionDefinition) => ({
  Version: '2012-10-17',
  Statement: [
    ...(events.some(({ http }) => http) ? ['apigateway.amazonaws.com'] : []),
    ...(events.some(({ eventBridge }) => eventBridge) ? ['events.amazonaws.com'] : []),
  ].map((service) => ({
    Effect: 'Allow' as const,
    Principal: { Service: service },
    Action: 'lambda:InvokeFunction',
    Resource: `arn:aws:lambda:${region}:${accountId}:function:${name}`,
  })),
});

const deployMachines = async (stack: Stack, { stepFunctions }: Deployment): Promise<void> => {
  const { accountId, region } = stack.place;
  const machines = Object.values(stepFunctions.stateMachines);
  // Named first: machines refer to one another.
  for (const { id, name } of machines) {
    const arn = `arn:aws:states:${region}:${accountId}:stateMachine:${name}`;
    stack.physical.put(id, { ref: arn, attributes: { Arn: arn, Name: name } });
  }
  const existing = new Set(
    (
      (await asRoot(stack, 'states', 'ListStateMachines', {})) as { stateMachines: { name: string }[] }
    ).stateMachines.map(({ name }) => name),
  );
  for (const { id, name, role, definition } of machines) {
    const input = {
      definition: substitute(stack, JSON.stringify(definition)),
      roleArn: resolveReferences(stack, role),
    };
    if (existing.has(name))
      await asRoot(stack, 'states', 'UpdateStateMachine', { stateMachineArn: find(stack, id).ref, ...input });
    else await asRoot(stack, 'states', 'CreateStateMachine', { name, ...input });
  }
};

/** `#{Name}` and `#{Name.Attribute}`, as serverless-step-functions hands them to CloudFormation's Fn::Sub. */
const substitute = (stack: Stack, text: string): string =>
  text.replace(/#\{([^}]+)\}/g, (_, expression: string) => {
    const [logicalId, attribute] = expression.split('.') as [string, string?];
    const { ref, attributes } = find(stack, logicalId);
    return attribute ? (attributes[attribute] as string) : ref;
  });

const deployEvents = async (stack: Stack, { functions }: Deployment): Promise<void> => {
  for (const [key, { events = [] }] of Object.entries(functions)) {
    for (const [index, { eventBridge }] of events.entries()) {
      if (!eventBridge) continue;
      putRule(stack.cloud.kernel, {
        accountId: stack.place.accountId,
        region: stack.place.region,
        name: `${key}-${index}`,
        eventPattern: eventBridge.pattern,
        targetArn: find(stack, functionLogicalId(key)).attributes.Arn as string,
      });
    }
  }
};

const deployApi = async (stack: Stack, deployment: Deployment): Promise<string> => {
  const { provider, functions, custom } = deployment;
  const { accountId, region, stage } = stack.place;
  const routes = Object.entries(functions).flatMap(([key, { events = [] }]) =>
    events.flatMap(({ http }) =>
      http
        ? [
            {
              method: http.method,
              path: http.path,
              functionArn: find(stack, functionLogicalId(key)).attributes.Arn as string,
            },
          ]
        : [],
    ),
  );
  deployRestApi(stack.cloud.kernel, {
    accountId,
    region,
    apiId: API_ID,
    stage,
    name: custom.name,
    resourcePolicy: { Version: '2012-10-17', Statement: provider.apiGateway.resourcePolicy as never },
    routes,
    gatewayResponses: gatewayResponsesOf(stack, deployment),
  });
  return `${stack.cloud.endpoint}/_api/${API_ID}/${stage}`;
};
