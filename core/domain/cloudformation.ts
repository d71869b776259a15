/** As much of CloudFormation as our templates are made of. */
export interface Template {
  readonly AWSTemplateFormatVersion: '2010-09-09';
  readonly Description: string;
  readonly Resources: Readonly<Record<string, TemplateResource>>;
  readonly Outputs: Readonly<Record<string, { readonly Description: string; readonly Value: unknown }>>;
}

export interface TemplateResource {
  readonly Type: string;
  readonly DeletionPolicy?: 'Retain' | 'RetainExceptOnCreate';
  readonly UpdateReplacePolicy?: 'Retain';
  readonly Properties: Readonly<Record<string, unknown>>;
}

/** CloudFormation reads JSON as well as YAML. */
export const templateText = (template: Template): string => `${JSON.stringify(template, null, 2)}\n`;

export const FORMAT = '2010-09-09';
export const POLICY_VERSION = '2012-10-17';
export const RETAIN = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' } as const;
/** As RETAIN, but a first deployment that fails takes it back: it would be in the next one's way. */
export const RETAIN_ONCE_MADE = { DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' } as const;

export const ref = (Ref: string) => ({ Ref });
export const arnOf = (resource: string) => ({ 'Fn::GetAtt': [resource, 'Arn'] });

export const allow = <Resource>(Action: string | readonly string[], Resource: Resource) => ({
  Effect: 'Allow',
  Action,
  Resource,
});

/** An inline policy of a role. */
export const inline = (PolicyName: string, Statement: readonly unknown[]) => ({
  PolicyName,
  PolicyDocument: { Version: POLICY_VERSION, Statement },
});
