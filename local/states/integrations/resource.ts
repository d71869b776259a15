/** What a Task's Resource says. */
export type TaskResource =
  | { readonly kind: 'function'; readonly functionArn: string }
  | { readonly kind: 'activity'; readonly activityArn: string }
  | {
      readonly kind: 'service';
      readonly service: string;
      readonly action: string;
      readonly pattern: 'request' | 'sync' | 'sync:2' | 'waitForTaskToken';
    }
  | {
      readonly kind: 'sdk';
      readonly service: string;
      readonly action: string;
      readonly pattern: 'request' | 'waitForTaskToken';
    };

/** Every integration there is here, with the call patterns that AWS has for it. */
const services: Readonly<Record<string, readonly string[]>> = {
  'lambda:invoke': ['request', 'waitForTaskToken'],
  'sqs:sendMessage': ['request', 'waitForTaskToken'],
  'states:startExecution': ['request', 'sync', 'sync:2', 'waitForTaskToken'],
};

/** SDK integrations: only services whose API takes JSON as it is. */
const sdkServices = new Set(['dynamodb', 'sfn']);

/** Takes a Resource apart; undefined if nothing here can run it. */
export const parseResource = (resource: string): TaskResource | undefined => {
  if (/^arn:aws:lambda:[a-z0-9-]+:\d{12}:function:[\w-]+(:[\w$-]+)?$/.test(resource)) {
    return { kind: 'function', functionArn: resource };
  }
  if (/^arn:aws:states:[a-z0-9-]+:\d{12}:activity:.+$/.test(resource))
    return { kind: 'activity', activityArn: resource };
  const sdk = /^arn:aws:states:::aws-sdk:(\w+):(\w+)(\.waitForTaskToken)?$/.exec(resource);
  if (sdk) {
    const [, service = '', action = '', token] = sdk;
    if (!sdkServices.has(service)) return undefined;
    return { kind: 'sdk', service, action, pattern: token ? 'waitForTaskToken' : 'request' };
  }
  const [, service = '', action = '', suffix = 'request'] =
    /^arn:aws:states:::(\w+):(\w+)(?:\.(waitForTaskToken|sync|sync:2))?$/.exec(resource) ?? [];
  if (!services[`${service}:${action}`]?.includes(suffix)) return undefined;
  return { kind: 'service', service, action, pattern: suffix as 'request' | 'sync' | 'sync:2' | 'waitForTaskToken' };
};
