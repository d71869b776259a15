import { AwsError } from '../kernel/errors.ts';

export type PlatformType = 'Linux' | 'Windows';

/** A document of AWS's own: which parameters it has, and where it runs. */
export interface CommandDocument {
  readonly name: string;
  readonly plugin: string;
  readonly platforms: readonly PlatformType[];
  readonly required: readonly string[];
  readonly optional: readonly string[];
  /** Seconds, where the parameter `executionTimeout` is not given. */
  readonly executionSeconds: number;
}

const DOCUMENTS: readonly CommandDocument[] = [
  {
    name: 'AWS-RunShellScript',
    plugin: 'aws:runShellScript',
    platforms: ['Linux'],
    required: ['commands'],
    optional: ['workingDirectory', 'executionTimeout'],
    executionSeconds: 3_600,
  },
  {
    name: 'AWS-RunPowerShellScript',
    plugin: 'aws:runPowerShellScript',
    platforms: ['Windows', 'Linux'],
    required: ['commands'],
    optional: ['workingDirectory', 'executionTimeout'],
    executionSeconds: 3_600,
  },
  {
    name: 'AWSEC2-CreateVssSnapshot',
    plugin: 'aws:runPowerShellScript',
    platforms: ['Windows'],
    required: [],
    optional: [
      'ExcludeBootVolume',
      'description',
      'tags',
      'CopyOnly',
      'NoWriters',
      'CreateAmi',
      'AmiName',
      'SaveVssMetadata',
      'CollectDiagnosticLogs',
      'VssVersion',
      'executionTimeout',
    ],
    // "More time lets VSS wait longer for the freeze": documented without a figure.
    executionSeconds: 3_600,
  },
];

/** By name, or by the ARN that AWS's own documents have: no account in it. */
export const documentOf = (nameOrArn: string): CommandDocument | undefined => {
  const name = /^arn:aws:ssm:[^:]*::document\/(.+)$/.exec(nameOrArn)?.[1] ?? nameOrArn;
  return DOCUMENTS.find((document) => document.name === name);
};

const FLAGS = ['ExcludeBootVolume', 'CopyOnly', 'NoWriters', 'CreateAmi', 'SaveVssMetadata', 'CollectDiagnosticLogs'];

/** Throws AwsError, InvalidParameters, on what the document does not have or can't read. */
export const checkParameters = (
  document: CommandDocument,
  parameters: Readonly<Record<string, readonly string[]>>,
): void => {
  const known = [...document.required, ...document.optional];
  for (const [name, values] of Object.entries(parameters)) {
    if (!known.includes(name)) throw invalid(`Parameter ${name} is not defined in document ${document.name}.`);
    const single = name !== 'commands';
    if (single && values.length !== 1) throw invalid(`Parameter ${name} takes one value.`);
    const [value = ''] = values;
    if (name === 'executionTimeout' && !/^[1-9]\d{0,5}$/.test(value))
      throw invalid('executionTimeout must be a number of seconds from 1 to 172800.');
    if (FLAGS.includes(name) && value !== 'True' && value !== 'False') throw invalid(`${name} must be True or False.`);
  }
  for (const name of document.required) {
    if (!parameters[name]?.length) throw invalid(`Parameter ${name} is required by document ${document.name}.`);
  }
};

const invalid = (what: string): AwsError => new AwsError('InvalidParameters', what);
