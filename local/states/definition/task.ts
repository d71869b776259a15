import { parseResource, type TaskResource } from '../integrations/resource.ts';
import { isObject, type JsonObject } from '../json.ts';
import { checkNumber, isExpression, type StateCheck } from './state-check.ts';

/** Arguments that an integration takes; AWS refuses others when the machine is created. */
const argumentsOf: Readonly<Record<string, { allowed: readonly string[]; required: readonly string[] }>> = {
  'lambda:invoke': {
    allowed: ['FunctionName', 'Payload', 'InvocationType', 'Qualifier', 'ClientContext', 'LogType'],
    required: ['FunctionName'],
  },
  'sqs:sendMessage': {
    allowed: [
      'QueueUrl',
      'MessageBody',
      'DelaySeconds',
      'MessageAttributes',
      'MessageDeduplicationId',
      'MessageGroupId',
    ],
    required: ['QueueUrl'],
  },
  'states:startExecution': {
    allowed: ['StateMachineArn', 'Input', 'Name', 'TraceHeader'],
    required: ['StateMachineArn'],
  },
};

export const checkTask = (check: StateCheck): void => {
  const { state, location, found, isJsonata, type, name } = check;
  if (!found.required(state, ['Resource'], location)) return;
  const resource = parseResource(String(state.Resource));
  if (!resource) {
    found.add(`The resource '${state.Resource}' of the state '${name}' is not supported here`, `${location}/Resource`);
    return;
  }
  const pattern = 'pattern' in resource ? resource.pattern : 'request';
  if (type === 'EXPRESS' && pattern !== 'request') {
    found.add(`Express state machine does not support '.${pattern}' service integration `, `${location}/Resource`);
  }
  if (type === 'EXPRESS' && resource.kind === 'activity') {
    found.add('Express state machine does not support activities', `${location}/Resource`);
  }
  checkArguments(check, resource);
  checkNumber(state.TimeoutSeconds, `${location}/TimeoutSeconds`, found, isJsonata, 1, 99_999_999);
  checkNumber(state.HeartbeatSeconds, `${location}/HeartbeatSeconds`, found, isJsonata, 1, 99_999_999);
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = state;
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    found.add('HeartbeatSeconds must be smaller than TimeoutSeconds', `${location}/HeartbeatSeconds`);
  }
};

const checkArguments = ({ state, location, found, isJsonata }: StateCheck, resource: TaskResource): void => {
  if (resource.kind !== 'service') return;
  const known = argumentsOf[`${resource.service}:${resource.action}`];
  if (!known) return;
  if (!isJsonata) {
    found.add(`These fields are required: [Arguments] (needs QueryLanguage JSONata)`, location);
    return;
  }
  const { Arguments: args } = state;
  if (isExpression(args)) return;
  const given: JsonObject = isObject(args) ? args : {};
  const place = `${location}/Arguments`;
  if (args !== undefined && !isObject(args)) found.add('Expected value of type Object', place);
  found.only(given, known.allowed, place);
  found.required(given, known.required, place);
  if (!isExpression(given.InvocationType)) {
    found.oneOf(given.InvocationType, ['RequestResponse', 'Event'], `${place}/InvocationType`);
  }
};
