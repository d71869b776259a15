import { AwsError } from '../kernel/errors.ts';

/** `arn:aws:states:<region>:<account>:<kind>:<rest>` taken apart. */
export interface StatesArn {
  readonly region: string;
  readonly accountId: string;
  readonly kind: string;
  readonly rest: string;
}

const pattern = /^arn:aws:states:([a-z0-9-]+):(\d{12}):([A-Za-z]+):(.+)$/;

export const parseArn = (arn: string, ...kinds: string[]): StatesArn => {
  const match = pattern.exec(arn);
  const [, region = '', accountId = '', kind = '', rest = ''] = match ?? [];
  if (!match || (kinds.length > 0 && !kinds.includes(kind)) || arn.length > 256 * 4) {
    throw new AwsError('InvalidArn', `Invalid Arn: 'Invalid ARN prefix: ${arn}'`);
  }
  return { region, accountId, kind, rest };
};

export const arnOf = (kind: string, region: string, accountId: string, rest: string): string =>
  `arn:aws:states:${region}:${accountId}:${kind}:${rest}`;

/** The machine's name, without the label of a distributed Map. */
export const machineName = (machineArn: string): string =>
  parseArn(machineArn, 'stateMachine').rest.split(/[/:]/)[0] ?? '';

/** Names may hold none of white space, brackets, wildcards, special and control characters; at most 80 characters. */
export const checkName = (name: string): void => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are just what AWS forbids
  if (name.length < 1 || name.length > 80 || /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f]/.test(name)) {
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
  }
};
