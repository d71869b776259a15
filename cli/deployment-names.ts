/** What the control plane's permissions are filled in with: the names that `serverless.yml` makes of stage, region and account. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { fillIn, type Places } from '../infra/permissions/fill-in.ts';

export interface DeploymentPlace {
  readonly stage?: string | undefined;
  readonly region?: string | undefined;
  readonly account?: string | undefined;
}

const customOf = (): Readonly<Record<string, unknown>> => {
  const text = readFileSync(new URL('../serverless.yml', import.meta.url), 'utf8');
  // Elsewhere in it are CloudFormation's short functions, tags that the parser does not know.
  return (parse(text, { merge: true, logLevel: 'silent' }) as { custom: Record<string, unknown> }).custom;
};

/** What is not given stays readable: `<stage>`, `<region>`, `<account>`. */
export const placesOf = ({
  stage = '<stage>',
  region = '<region>',
  account = '<account>',
}: DeploymentPlace): Places => {
  const libraryKeyArn = `arn:aws:kms:${region}:${account}:key/<library key>`;
  const variables: Record<string, string> = {
    'sls:stage': stage,
    'aws:region': region,
    'self:custom.account': account,
    hypervisor: '<service hypervisor>',
    nodeSoftware: 'arn:aws:s3:::<bucket and key of the nodes’ software>',
  };
  // Each is made of those before it.
  // What a deployment is given as a parameter no permission names.
  for (const [name, value] of Object.entries(customOf()))
    if (typeof value === 'string' && !value.includes('${param:') && !(`self:custom.${name}` in variables))
      variables[`self:custom.${name}`] = String(fillIn(value, { variables, libraryKeyArn }));
  return { variables, libraryKeyArn };
};
