import type { Cloud } from '../../local/cloud.ts';
import type { Place, ResourceDefinition } from './read-serverless.ts';
import { deployResource } from './resources.ts';
import { type Physical, resolveReferences, type Stack } from './stack.ts';

/**
 * Deploys a CloudFormation template, as its text was printed, in an account of the local cloud: with the credentials of
 * that account's administrator, as its owner would. Run again under the same name it changes what is there.
 * Answers the template's outputs.
 */
export const deployTemplate = async (
  cloud: Cloud,
  place: Pick<Place, 'accountId' | 'region'>,
  stackName: string,
  template: string,
): Promise<Readonly<Record<string, string>>> => {
  const {
    AWSTemplateFormatVersion: _,
    Description: __,
    Resources,
    Outputs,
    ...others
  } = JSON.parse(template) as {
    readonly AWSTemplateFormatVersion: string;
    readonly Description: string;
    readonly Resources: Readonly<Record<string, ResourceDefinition>>;
    readonly Outputs: Readonly<Record<string, { readonly Value: unknown }>>;
  };
  const unknown = Object.keys(others);
  if (unknown.length > 0) throw new Error(`the local deployment knows no ${unknown.join(', ')} of a template`);
  const stack: Stack = {
    cloud,
    place: { ...place, stage: '' },
    physical: cloud.kernel.store.table<Physical>(`stack.${place.accountId}.${stackName}`),
  };
  for (const [logicalId, resource] of Object.entries(Resources)) await deployResource(stack, logicalId, resource);
  return Object.fromEntries(
    Object.entries(Outputs).map(([name, { Value }]) => [name, String(resolveReferences(stack, Value))]),
  );
};
