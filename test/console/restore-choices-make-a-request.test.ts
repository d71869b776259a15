import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  check,
  devicesValue,
  draftOf,
  stepOfField,
  volumesValue,
  withDraft,
} from '../../console/parts/restore/draft.ts';
import { StartRestore } from '../../core/contracts/job-requests.ts';

const POINT = 'rp-01990000-0000-7000-8000-000000000001';
const INSTANCE = 'i-0123456789abcdef0';
const [A, B] = ['vol-0123456789abcdef0', 'vol-0123456789abcdef1'];

/** The request that an address makes, in full. */
const ask = (query: string, isOperator = false) => {
  const { body, problems } = check(draftOf(new URLSearchParams(query)), POINT, isOperator);
  assert.deepEqual([...problems], [], query);
  return StartRestore.parse(body);
};
const problemsOf = (query: string): Record<string, string> =>
  Object.fromEntries(check(draftOf(new URLSearchParams(query)), POINT, false, { 'target.volumeIds': 'none' }).problems);

test('nothing chosen is a new instance beside the old one, as the API has it by default', () => {
  assert.deepEqual(ask(''), StartRestore.parse({ recoveryPointId: POINT }));
  assert.deepEqual(ask('kind=nonsense'), ask(''), 'an address that somebody has mistyped is no other restore');
});

test('every option of the API can be chosen, and nothing of one target is sent with another', () => {
  const all =
    'name=%20back%20&subnet=subnet-0123456789abcdef0&zone=eu-central-1a&groups=sg-0123456789abcdef0, sg-0123456789abcdef1' +
    '&type=m7i.large&key=mine&image=ami-0123456789abcdef0&replaced=remove&into=i-0123456789abcdef0' +
    `&volumes=${A}&devices=${A}=/dev/sdf,${B}=/dev/sdg` +
    '&from=library&tags=restore&kms=alias/x&deadline=5&purpose=conversion&transport=hotadd';
  const rest = {
    recoveryPointId: POINT,
    from: 'library',
    volumeTags: 'restore',
    kmsKeyId: 'alias/x',
    purpose: 'conversion',
    transport: 'hotadd',
    queueDeadlineSeconds: 300,
  };
  assert.deepEqual(ask(all, true), {
    ...rest,
    target: {
      kind: 'new-instance',
      name: 'back',
      instanceType: 'm7i.large',
      subnetId: 'subnet-0123456789abcdef0',
      securityGroupIds: ['sg-0123456789abcdef0', 'sg-0123456789abcdef1'],
      keyName: 'mine',
      availabilityZone: 'eu-central-1a',
      donorImageId: 'ami-0123456789abcdef0',
    },
  });
  const targetOf = (kind: string) => ask(`${all}&kind=${kind}`, true).target;
  assert.deepEqual(targetOf('in-place'), {
    kind: 'in-place',
    overwrite: true,
    volumeIds: [A],
    replacedVolumes: 'remove',
  });
  assert.deepEqual(targetOf('volumes'), { kind: 'volumes', volumeIds: [A], availabilityZone: 'eu-central-1a' });
  assert.deepEqual(targetOf('attach'), {
    kind: 'attach',
    instanceId: INSTANCE,
    volumeIds: [A],
    devices: { [A]: '/dev/sdf' },
  });
  const { transport: _, ...own } = rest;
  assert.deepEqual(
    { ...check(draftOf(new URLSearchParams(all)), POINT, false).body, target: undefined },
    {
      ...own,
      target: undefined,
    },
  );
});

test('what is wrong is known by its field, and by the step that asks for it', () => {
  assert.deepEqual(Object.keys(problemsOf('subnet=x&groups=sg-1,sg-2&deadline=never')), [
    'target.subnetId',
    'target.securityGroupIds',
    'queueDeadlineSeconds',
  ]);
  assert.deepEqual(problemsOf('kind=volumes&volumes=none'), { 'target.volumeIds': 'none' });
  assert.deepEqual(Object.keys(problemsOf('kind=attach')), ['target.instanceId']);
  assert.deepEqual([...check({}, undefined, false).problems.keys()], ['recoveryPointId']);
  assert.deepEqual(
    ['recoveryPointId', 'target.volumeIds', 'target.kind', `target.devices.${A}`, 'from', 'kmsKeyId'].map(stepOfField),
    ['point', 'what', 'what', 'where', 'options', 'options'],
  );
});

test('the address keeps what was chosen, and what else is in it', () => {
  const draft = { kind: 'attach', into: INSTANCE, devices: devicesValue({ [A]: '/dev/sdf', [B]: '' }), name: '' };
  const search = withDraft(new URLSearchParams('tenant=hv-1&step=where&name=old'), draft);
  assert.deepEqual(
    [search.get('tenant'), search.get('step'), search.has('name'), search.get('devices')],
    ['hv-1', 'where', false, `${A}=/dev/sdf`],
  );
  const { name: _, ...said } = draft;
  assert.deepEqual(draftOf(search), said);
  assert.deepEqual(
    [volumesValue([], [A, B]), volumesValue([B], [A, B]), volumesValue([B, A], [A, B])],
    ['none', B, ''],
    'all of them is the same as nothing said',
  );
});
