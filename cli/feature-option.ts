import { InvalidArgumentError, Option } from 'commander';
import { type TenantFeature, tenantFeatures } from '../infra/permissions/tenant-permissions.ts';

const isFeature = (text: string): text is TenantFeature => (tenantFeatures as readonly string[]).includes(text);

const featuresFrom = (text: string): readonly TenantFeature[] =>
  text.split(',').map((name) => {
    if (isFeature(name)) return name;
    throw new InvalidArgumentError(`There is no feature ${name}. Features are: ${tenantFeatures.join(', ')}.`);
  });

/** What a tenant grants if not everything. */
export const featureOption = (): Option =>
  new Option('--feature <names>', `only what these need, with commas: ${tenantFeatures.join(', ')}`).argParser(
    featuresFrom,
  );
