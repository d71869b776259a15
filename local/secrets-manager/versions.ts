import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { SecretRecord, SecretValue, SecretVersion } from './records.ts';
import type { Secrets } from './secrets.ts';

const LARGEST_VALUE_BYTES = 65_536;
const DAY_MS = 86_400_000;

export const valueParameters = {
  SecretString: z.string().min(1).optional(),
  SecretBinary: z.base64().min(1).optional(),
  /** Also the id of the version that the call makes: SDKs fill it in. */
  ClientRequestToken: z.string().min(32).max(64).optional(),
};

interface ValueInput {
  readonly SecretString?: string | undefined;
  readonly SecretBinary?: string | undefined;
}

/** Names that the trail never shows. */
export const SECRET_PARAMETERS = ['SecretString', 'SecretBinary'];

/** The value in a request, if there is one. Throws InvalidParameterException, ValidationException. */
export const valueFrom = ({ SecretString, SecretBinary }: ValueInput): SecretValue | undefined => {
  if (SecretString !== undefined && SecretBinary !== undefined)
    throw new AwsError(
      'InvalidParameterException',
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  const value: SecretValue | undefined =
    SecretString !== undefined
      ? { kind: 'string', bytes: Buffer.from(SecretString) }
      : SecretBinary !== undefined
        ? { kind: 'binary', bytes: Buffer.from(SecretBinary, 'base64') }
        : undefined;
  if (value && value.bytes.length > LARGEST_VALUE_BYTES)
    throw new AwsError('ValidationException', `The value has more than ${LARGEST_VALUE_BYTES} bytes.`);
  return value;
};

/** Whether there is this version already; with another value, ResourceExistsException. */
export const hasVersion = (secrets: Secrets, secret: SecretRecord, versionId: string, value: SecretValue): boolean => {
  const version = secret.versions.find((it) => it.versionId === versionId);
  if (!version) return false;
  if (version.kind === value.kind && secrets.open(secret, version).equals(value.bytes)) return true;
  throw new AwsError(
    'ResourceExistsException',
    "You can't use ClientRequestToken " +
      versionId +
      ' because that value is already in use for a version of the secret.',
  );
};

/** The secret with one more version, which takes its stages from the others. */
export const withVersion = (
  secrets: Secrets,
  secret: SecretRecord,
  versionId: string,
  value: SecretValue,
  stages: readonly string[] = ['AWSCURRENT'],
): SecretRecord => {
  const now = secrets.kernel.clock.now();
  const current = stages.includes('AWSCURRENT') || secret.versions.length === 0;
  const taken = new Set([...stages, ...(current ? ['AWSCURRENT', 'AWSPREVIOUS'] : [])]);
  const others = secret.versions.map((version): SecretVersion => {
    const kept = version.stages.filter((stage) => !taken.has(stage));
    const previous = current && version.stages.includes('AWSCURRENT');
    return { ...version, stages: previous ? [...kept, 'AWSPREVIOUS'] : kept };
  });
  const added: SecretVersion = {
    versionId,
    stages: current ? [...new Set([...stages, 'AWSCURRENT'])] : stages,
    createdAt: now,
    kind: value.kind,
    sealed: secrets.seal(secret, versionId, value),
  };
  // Versions without a stage are kept for a day.
  const kept = others.filter((version) => version.stages.length > 0 || version.createdAt > now - DAY_MS);
  return { ...secret, changedAt: now, versions: [...kept, added] };
};

export const newVersionId = (secrets: Secrets): string => {
  const hex = secrets.kernel.randomHex(16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
