import type { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { Access, Call } from '../kernel/service.ts';
import type { Table } from '../kernel/store.ts';
import { naming } from './access.ts';
import type { Ec2 } from './ec2.ts';
import type { Resource } from './records.ts';
import type { launchShape } from './run-instances-input.ts';

export type LaunchTemplateData = z.output<z.ZodObject<typeof launchShape>>;

export interface LaunchTemplateVersion {
  readonly number: number;
  readonly description?: string;
  readonly data: LaunchTemplateData;
  /** ms since 1970 */
  readonly createdAt: number;
  readonly createdBy: string;
}

export interface LaunchTemplate extends Resource {
  readonly name: string;
  readonly createdBy: string;
  readonly defaultVersion: number;
  readonly versions: readonly LaunchTemplateVersion[];
  readonly clientToken?: string;
  readonly request?: string;
}

/** How a request names a template: by id or by name, never by both. */
export interface TemplateName {
  readonly LaunchTemplateId?: string | undefined;
  readonly LaunchTemplateName?: string | undefined;
}

/** Whose templates, and where. */
type Place = Pick<Call, 'accountId' | 'region'>;

const keyOf = ({ accountId, region, id }: LaunchTemplate): string => `${accountId}/${region}/${id}`;

const tableOf = (ec2: Ec2): Table<LaunchTemplate> => ec2.kernel.store.table('ec2.launch-templates');

export const templatesOf = (ec2: Ec2, { accountId, region }: Place): LaunchTemplate[] =>
  Array.from(tableOf(ec2).entries(`${accountId}/${region}/`), ({ value }) => value);

export const putTemplate = (ec2: Ec2, template: LaunchTemplate): void => tableOf(ec2).put(keyOf(template), template);

export const removeTemplate = (ec2: Ec2, template: LaunchTemplate): void => tableOf(ec2).delete(keyOf(template));

export const noTemplateOfId = (id: string): AwsError =>
  new AwsError(
    'InvalidLaunchTemplateId.NotFound',
    `The specified launch template, with template ID ${id}, does not exist.`,
  );
export const noTemplateOfName = (name: string): AwsError =>
  new AwsError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  );

/** Throws as EC2 does on names of nothing, or of another account's or region's. */
export const findTemplate = (
  ec2: Ec2,
  call: Place,
  { LaunchTemplateId: id, LaunchTemplateName: name }: TemplateName,
): LaunchTemplate => {
  if (id !== undefined && name !== undefined) {
    const what = 'The request must contain either the launch template ID or the launch template name, not both.';
    throw new AwsError('InvalidParameterCombination', what);
  }
  if (id !== undefined) {
    if (!/^lt-[0-9a-f]{17}$/.test(id))
      throw new AwsError('InvalidLaunchTemplateId.Malformed', `The launch template ID '${id}' is malformed.`);
    const template = templatesOf(ec2, call).find((one) => one.id === id);
    if (!template) throw noTemplateOfId(id);
    return template;
  }
  if (name === undefined)
    throw new AwsError(
      'MissingParameter',
      'The request must contain the parameter LaunchTemplateId or LaunchTemplateName',
    );
  const template = templatesOf(ec2, call).find((one) => one.name === name);
  if (!template) throw noTemplateOfName(name);
  return template;
};

export const latestVersion = ({ versions }: LaunchTemplate): number => versions.at(-1)?.number ?? 0;

/** `$Latest`, `$Default` or a number. Throws if there is no such version. */
export const versionOf = (template: LaunchTemplate, version: string): LaunchTemplateVersion => {
  const number =
    version === '$Latest'
      ? latestVersion(template)
      : version === '$Default'
        ? template.defaultVersion
        : Number(version);
  const found = template.versions.find((one) => one.number === number);
  if (found) return found;
  const what = `Could not find the specified version ${version} for the launch template with ID ${template.id}.`;
  throw new AwsError('InvalidLaunchTemplateId.VersionNotFound', what);
};

/** An action on a template that exists. */
export const onTemplate = (
  action: string,
  call: Call,
  template: LaunchTemplate,
  more: Access['context'] = {},
): Access =>
  naming(action, call, 'launch-template', template.id, {
    ...Object.fromEntries(
      Object.entries(template.tags).flatMap(([key, value]) => [
        [`aws:ResourceTag/${key}`, value],
        [`ec2:ResourceTag/${key}`, value],
      ]),
    ),
    ...more,
  });
