import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { anywhere } from './access.ts';
import type { Ec2 } from './ec2.ts';
import { ec2Operation } from './ec2-operation.ts';
import { mergeData } from './launch-template-merge.ts';
import { versionXml } from './launch-template-render.ts';
import {
  findTemplate,
  type LaunchTemplate,
  type LaunchTemplateVersion,
  latestVersion,
  onTemplate,
  putTemplate,
  templatesOf,
  versionOf,
} from './launch-templates.ts';
import { pageOf } from './paging.ts';
import { checkUserData, launchShape } from './run-instances-input.ts';
import { int, text, texts } from './schema.ts';

const name = { LaunchTemplateId: text.optional(), LaunchTemplateName: text.optional() };

export const createLaunchTemplateVersion = (ec2: Ec2) =>
  ec2Operation({
    name: 'CreateLaunchTemplateVersion',
    input: {
      ...name,
      LaunchTemplateData: z.strictObject(launchShape),
      SourceVersion: text.optional(),
      VersionDescription: text.max(255).optional(),
      // The SDK always sends one. Two calls with one token make two versions here.
      ClientToken: text.max(128).optional(),
    },
    redact: ['LaunchTemplateData'],
    access: (input, call) => [onTemplate('CreateLaunchTemplateVersion', call, findTemplate(ec2, call, input))],
    run(input, call) {
      const template = findTemplate(ec2, call, input);
      const { LaunchTemplateData, SourceVersion, VersionDescription: description } = input;
      const source = SourceVersion === undefined ? undefined : versionOf(template, SourceVersion).data;
      checkUserData(LaunchTemplateData.UserData);
      const version: LaunchTemplateVersion = {
        number: latestVersion(template) + 1,
        data: source ? mergeData(source, LaunchTemplateData) : LaunchTemplateData,
        createdAt: ec2.now,
        createdBy: call.principal.arn,
        ...(description !== undefined && { description }),
      };
      putTemplate(ec2, { ...template, versions: [...template.versions, version] });
      return { launchTemplateVersion: versionXml(template, version) };
    },
  });

export const describeLaunchTemplateVersions = (ec2: Ec2) =>
  ec2Operation({
    name: 'DescribeLaunchTemplateVersions',
    input: {
      ...name,
      LaunchTemplateVersion: texts.optional(),
      MinVersion: int.optional(),
      MaxVersion: int.optional(),
      MaxResults: int.optional(),
      NextToken: text.optional(),
    },
    access: (_, call) => [anywhere('DescribeLaunchTemplateVersions', call)],
    run(input, call) {
      const {
        LaunchTemplateVersion: wanted,
        MinVersion: least = 1,
        MaxVersion: most = Number.POSITIVE_INFINITY,
      } = input;
      const ofOne = input.LaunchTemplateId !== undefined || input.LaunchTemplateName !== undefined;
      if (!ofOne && !wanted?.every((version) => version.startsWith('$'))) {
        const what = 'Without a launch template, only the versions $Latest and $Default can be asked for.';
        throw new AwsError('InvalidParameterCombination', what);
      }
      const templates = ofOne ? [findTemplate(ec2, call, input)] : templatesOf(ec2, call);
      const rows = templates
        .flatMap((template) => pick(template, wanted).map((version) => ({ template, version })))
        .filter(({ version: { number } }) => number >= least && number <= most)
        .map((row) => ({ ...row, id: `${row.template.id}/${String(row.version.number).padStart(8, '0')}` }));
      const { page, nextToken } = pageOf(rows, input, { least: 1, most: 200 });
      return {
        launchTemplateVersionSet: { item: page.map((row) => versionXml(row.template, row.version)) },
        nextToken,
      };
    },
  });

/** All, or those asked for, each once. */
const pick = (template: LaunchTemplate, wanted: readonly string[] | undefined): readonly LaunchTemplateVersion[] =>
  wanted ? [...new Set(wanted.map((version) => versionOf(template, version)))] : template.versions;
