import type { LaunchTemplate, LaunchTemplateData, LaunchTemplateVersion } from './launch-templates.ts';
import { latestVersion } from './launch-templates.ts';
import { iso } from './render.ts';
import { tagSet } from './tags.ts';

export const templateXml = (template: LaunchTemplate) => ({
  launchTemplateId: template.id,
  launchTemplateName: template.name,
  createTime: iso(template.createdAt),
  createdBy: template.createdBy,
  defaultVersionNumber: template.defaultVersion,
  latestVersionNumber: latestVersion(template),
  tagSet: tagSet(template.tags),
});

export const versionXml = (template: LaunchTemplate, version: LaunchTemplateVersion) => ({
  launchTemplateId: template.id,
  launchTemplateName: template.name,
  versionNumber: version.number,
  versionDescription: version.description,
  createTime: iso(version.createdAt),
  createdBy: version.createdBy,
  defaultVersion: version.number === template.defaultVersion,
  launchTemplateData: dataXml(version.data),
});

/** Answers spell members with a small letter, and lists as sets of their own names. */
const dataXml = (data: LaunchTemplateData): Record<string, unknown> => {
  const { BlockDeviceMapping, NetworkInterface, TagSpecification, SecurityGroupId, SecurityGroup, ...rest } = data;
  return {
    ...(lowered(rest) as Record<string, unknown>),
    blockDeviceMappingSet: BlockDeviceMapping && { item: BlockDeviceMapping.map(lowered) },
    networkInterfaceSet: NetworkInterface && {
      item: NetworkInterface.map(({ SecurityGroupId: groups, ...card }) => ({
        ...(lowered(card) as Record<string, unknown>),
        groupSet: groups && { groupId: groups },
      })),
    },
    tagSpecificationSet: TagSpecification && {
      item: TagSpecification.map(({ ResourceType, Tag }) => ({
        resourceType: ResourceType,
        tagSet: { item: (Tag ?? []).map(({ Key, Value = '' }) => ({ key: Key, value: Value })) },
      })),
    },
    securityGroupIdSet: SecurityGroupId && { item: SecurityGroupId },
    securityGroupSet: SecurityGroup && { item: SecurityGroup },
  };
};

const lowered = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [`${key[0]?.toLowerCase()}${key.slice(1)}`, lowered(member)]),
  );
};
