/** What comes close to what a statement allows, and is not it: how a question of its is changed to be refused. */
import { isAboutTheAsker } from './examples.ts';
import { EXTERNAL_ID, HYPERVISOR, JOB, OTHER_HYPERVISOR, OTHER_JOB, OTHER_SERVICE, PLACE } from './place.ts';

/** Values that come close to what a condition asks for, and are not it. `[]`: the request has none. */
export const closeValues = (
  operator: string,
  key: string,
  wanted: readonly string[],
): readonly (readonly string[])[] => {
  const [first = ''] = wanted;
  if (isAboutTheAsker(operator, key)) return [];
  if (operator === 'Null') return first === 'false' ? [[]] : [];
  if (operator === 'Bool') return [[], [String(first !== 'true')]];
  if (operator === 'NumericGreaterThanEquals') return [[], [String(Number(first) - 1)]];
  if (operator === 'NumericLessThanEquals') return [[], [String(Number(first) + 1)]];
  if (operator === 'ForAllValues:StringNotLike') {
    const kept = wanted.map((pattern) => pattern.replaceAll('*', 'example'));
    return [kept, ['another', ...kept]];
  }
  if (operator.startsWith('ForAllValues:')) return [[...wanted, 'Name'], ['Name']];
  const special = CLOSE[key];
  const exact = wanted.includes(JOB) ? [OTHER_JOB, 'job-*'] : [];
  if (special) return [[], ...[...special, ...exact].map((value) => [value])];
  const base = first.replace(/-?\*$/, '');
  return [[], [`${base === '' ? 'x' : base}x`], [`x${first.replaceAll('*', 'example')}`]];
};

const tags = (own: string): readonly string[] => ['', 'backup', own.toUpperCase(), `x${own}`];
const CLOSE: Readonly<Record<string, readonly string[]>> = {
  'kms:ViaService': [
    `s3.${PLACE.region}.amazonaws.com`,
    `lambda.${PLACE.region}.amazonaws.com`,
    `ec2.${PLACE.region}.amazonaws.com.example.com`,
  ],
  'ec2:CreateAction': ['CreateSecurityGroup', 'CreateNetworkInterface', 'CreateVpc'],
  'iam:PassedToService': ['ecs-tasks.amazonaws.com', 'cloudformation.amazonaws.com', 'glue.amazonaws.com'],
  'iam:AWSServiceName': ['spot.amazonaws.com', 'support.amazonaws.com'],
  'sts:ExternalId': [EXTERNAL_ID.replace('0', '1'), EXTERNAL_ID.toUpperCase(), `${EXTERNAL_ID} `, '*'],
  'aws:SourceAccount': [OTHER_SERVICE],
  'aws:SourceArn': [`arn:aws:scheduler:${PLACE.region}:${PLACE.accountId}:schedule-group/default`],
  'ec2:LaunchTemplate': [`arn:aws:ec2:${PLACE.region}:${OTHER_SERVICE}:launch-template/lt-0123456789abcdef0`],
  's3:prefix': ['', 'tenants/', `tenants/${OTHER_HYPERVISOR}/`],
  'kms:EncryptionContext:tenant': [OTHER_HYPERVISOR, ''],
  'kms:EncryptionContext:library': ['lib-2'],
  'aws:ResourceTag/holdfast:job': tags(JOB),
  'aws:RequestTag/holdfast:job': tags(JOB),
  'aws:ResourceTag/holdfast:replaced-by': tags(JOB),
  'aws:RequestTag/holdfast:replaced-by': tags(JOB),
  'aws:RequestTag/holdfast:access-node': tags(HYPERVISOR),
  'aws:ResourceTag/holdfast:access-node': tags(HYPERVISOR),
};

export interface CloseResource {
  readonly words: string;
  readonly resource: string;
  /** A kind that AWS never asks this action about, perhaps: it shows what the document says, not what could happen. */
  readonly otherKind: boolean;
}

const OTHERS: readonly (readonly [string, string])[] = [
  [JOB, OTHER_JOB],
  [HYPERVISOR, OTHER_HYPERVISOR],
];
const STAGE = `holdfast-${PLACE.stage}`;

/** ARNs beside those that a pattern names: each of its parts that it does not leave open is another's. */
export const closeResources = (pattern: string, example: string): readonly CloseResource[] => {
  if (pattern === '*') return [];
  const [, , service = '', region = '', account = '', ...rest] = pattern.split(':');
  const parts = example.split(':');
  const put = (index: number, text: string): string => parts.with(index, text).join(':');
  const name = rest.join(':');
  const found: CloseResource[] = [];
  const add = (words: string, resource: string, otherKind = false) => found.push({ words, resource, otherKind });
  if (region !== '' && region !== '*') add('of another region', put(3, 'us-east-2'));
  if (/^\d{12}$/.test(account)) add('of another account', put(4, '555555555555'));

  const own = parts.slice(5).join(':');
  const named = (text: string): string => [...parts.slice(0, 5), text].join(':');
  // What separates the parts of a name stays.
  const tokens = own.split(/([/:])/);
  const patterns = name.split(/([/:])/);
  const kinds = service === 's3' || service === 'sqs' ? 0 : 1;
  for (let index = 0; index < tokens.length; index += 2) {
    const token = tokens[index] ?? '';
    const wanted = patterns[index] ?? '*';
    const replace = (text: string) => named(tokens.with(index, text).join(''));
    if (wanted === '*' || token === '') continue;
    if (index === 0 && kinds === 1 && tokens.length > 1) {
      add('of another kind', replace('transit-gateway'), true);
      continue;
    }
    add(`that is another ${wanted}`, replace(token === 'example' ? 'other' : `other-${token}`));
    if (token.includes(STAGE)) add(`of another stage than ${wanted}`, replace(token.replace(STAGE, 'holdfast-prod')));
    for (const [id, other] of OTHERS)
      if (wanted.includes(id)) add(`of ${other} instead of ${id}`, replace(token.replace(id, other)));
  }
  return found;
};
