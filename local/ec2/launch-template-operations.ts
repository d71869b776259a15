import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { anywhere, making } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { type FilterKeys, passes } from './filters.ts';
import { templateXml } from './launch-template-render.ts';
import {
  findTemplate,
  type LaunchTemplate,
  noTemplateOfId,
  noTemplateOfName,
  onTemplate,
  putTemplate,
  removeTemplate,
  templatesOf,
  versionOf,
} from './launch-templates.ts';
import { madeBefore, requestHash } from './once.ts';
import { pageOf } from './paging.ts';
import { iso } from './render.ts';
import { checkUserData, launchShape } from './run-instances-input.ts';
import { filters, int, tagSpecifications, text, texts } from './schema.ts';
import { tagsFor } from './tags.ts';

export const createLaunchTemplate = (ec2: Ec2) =>
  ec2Operation({
    name: 'CreateLaunchTemplate',
    input: {
      LaunchTemplateName: text,
      LaunchTemplateData: z.strictObject(launchShape),
      VersionDescription: text.max(255).optional(),
      ClientToken: text.max(128).optional(),
      TagSpecification: tagSpecifications.optional(),
    },
    redact: ['LaunchTemplateData'],
    access: ({ TagSpecification }, call) =>
      making('CreateLaunchTemplate', call, 'launch-template', tagsFor(TagSpecification, 'launch-template')),
    run(input, call) {
      const { LaunchTemplateName: name, LaunchTemplateData: data, VersionDescription: description } = input;
      const request = requestHash(input);
      const before = madeBefore(templatesOf(ec2, call), input.ClientToken, request);
      if (before) return { launchTemplate: templateXml(before) };
      if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) {
        const what =
          'A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _';
        throw new AwsError('InvalidLaunchTemplateName.MalformedException', what);
      }
      if (templatesOf(ec2, call).some((other) => other.name === name))
        throw new AwsError('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.');
      checkUserData(data.UserData);
      const createdBy = call.principal.arn;
      const template: LaunchTemplate = {
        id: ec2.newId('lt'),
        accountId: call.accountId,
        region: call.region,
        name,
        createdBy,
        createdAt: ec2.now,
        defaultVersion: 1,
        versions: [
          { number: 1, data, createdAt: ec2.now, createdBy, ...(description !== undefined && { description }) },
        ],
        tags: tagsFor(input.TagSpecification, 'launch-template'),
        ...(input.ClientToken !== undefined && { clientToken: input.ClientToken, request }),
      };
      putTemplate(ec2, template);
      return { launchTemplate: templateXml(template) };
    },
  });

const KEYS: FilterKeys<LaunchTemplate> = {
  'launch-template-name': ({ name }) => [name],
  'create-time': ({ createdAt }) => [iso(createdAt)],
};

export const describeLaunchTemplates = (ec2: Ec2) =>
  ec2Operation({
    name: 'DescribeLaunchTemplates',
    input: {
      LaunchTemplateId: texts.optional(),
      LaunchTemplateName: texts.optional(),
      Filter: filters.optional(),
      MaxResults: int.optional(),
      NextToken: text.optional(),
    },
    access: (_, call) => [anywhere('DescribeLaunchTemplates', call)],
    run(input, call) {
      const all = templatesOf(ec2, call);
      const { LaunchTemplateId: ids, LaunchTemplateName: names } = input;
      for (const id of ids ?? []) if (!all.some((one) => one.id === id)) throw noTemplateOfId(id);
      for (const name of names ?? []) if (!all.some((one) => one.name === name)) throw noTemplateOfName(name);
      const named = all.filter(({ id, name }) => (ids?.includes(id) ?? true) && (names?.includes(name) ?? true));
      const { page, nextToken } = pageOf(named.filter(passes(input.Filter, KEYS)), input, { least: 1, most: 200 });
      return { launchTemplates: { item: page.map(templateXml) }, nextToken };
    },
  });

const name = { LaunchTemplateId: text.optional(), LaunchTemplateName: text.optional() };

export const modifyLaunchTemplate = (ec2: Ec2) =>
  ec2Operation({
    name: 'ModifyLaunchTemplate',
    input: { ...name, SetDefaultVersion: text, ClientToken: text.max(128).optional() },
    access: (input, call) => [onTemplate('ModifyLaunchTemplate', call, findTemplate(ec2, call, input))],
    run(input, call) {
      const template = findTemplate(ec2, call, input);
      const changed = { ...template, defaultVersion: versionOf(template, input.SetDefaultVersion).number };
      putTemplate(ec2, changed);
      return { launchTemplate: templateXml(changed) };
    },
  });

export const deleteLaunchTemplate = (ec2: Ec2) =>
  ec2Operation({
    name: 'DeleteLaunchTemplate',
    input: name,
    access: (input, call) => [onTemplate('DeleteLaunchTemplate', call, findTemplate(ec2, call, input))],
    run(input, call) {
      const template = findTemplate(ec2, call, input);
      removeTemplate(ec2, template);
      return { launchTemplate: templateXml(template) };
    },
  });
