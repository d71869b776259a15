/** The control plane's: roles with their trust, the library's bucket and key, as serverless.yml and the templates make them. */
import { join } from 'node:path';
import { instancesOnly, remoteNodesOnly } from '../../adapters/aws/iam-node-roles.ts';
import { serviceAccessTemplate } from '../../core/domain/service-access-template.ts';
import { accessNodesTemplate } from '../../core/domain/service-account-template.ts';
import { nodePermissions } from '../../functions/wiring/node-permissions.ts';
import type { PolicyDocument } from '../../local/kernel/service.ts';
import { type ResourceDefinition, readServerless } from '../deployment/read-serverless.ts';
import { generalise } from './generalise.ts';
import { EXTERNAL_ID, HYPERVISOR, OTHER_SERVICE, PLACE } from './place.ts';
import { type ShippedDocument, sessionOf, statementsOf } from './shipped.ts';

const prefix = `holdfast-${PLACE.stage}`;

type Resources = Readonly<Record<string, ResourceDefinition>>;

export const roleArn = (name: string, accountId: string = PLACE.accountId): string =>
  `arn:aws:iam::${accountId}:role/${name}`;

/** ARNs as they will be, without making anything: those of roles follow from their names. */
const resolve = (node: unknown, resources: Resources, accountId: string): unknown => {
  if (Array.isArray(node)) return node.map((each) => resolve(each, resources, accountId));
  if (!node || typeof node !== 'object') return node;
  // Only to keep IAM's own variables from CloudFormation.
  if ('Fn::Sub' in node) return String(node['Fn::Sub']).replaceAll('${!', '${');
  const logicalId = 'Fn::GetAtt' in node ? String((node['Fn::GetAtt'] as string[])[0]) : undefined;
  if (logicalId !== undefined) {
    const { Type, Properties } = resources[logicalId] ?? {};
    if (Type === 'AWS::IAM::Role') return roleArn(String(Properties?.RoleName), accountId);
    if (Type === 'AWS::KMS::Key') return keyArn(accountId);
    throw new TypeError(`a policy names ${logicalId}, a ${Type}`);
  }
  return Object.fromEntries(Object.entries(node).map(([key, each]) => [key, resolve(each, resources, accountId)]));
};

export const keyArn = (accountId: string): string =>
  `arn:aws:kms:${PLACE.region}:${accountId}:key/00000000-0000-4000-8000-000000000001`;

interface RoleProperties {
  readonly RoleName: string;
  readonly Policies?: readonly { readonly PolicyDocument: unknown }[];
  readonly ManagedPolicyArns?: readonly { readonly Ref: string }[];
}

/** What several roles have: `parts/<name>`, by its logical id. The boundary of nodes is of none. */
const partsOf = (resources: Resources, accountId: string): ReadonlyMap<string, ShippedDocument> => {
  const parts = new Map<string, ShippedDocument>();
  for (const { Type, Properties } of Object.values(resources)) {
    if (Type !== 'AWS::IAM::Role') continue;
    const { RoleName, ManagedPolicyArns = [] } = Properties as unknown as RoleProperties;
    for (const { Ref } of ManagedPolicyArns) {
      const part = resources[Ref]?.Properties;
      if (!part) throw new TypeError(`${RoleName} has ${Ref}, which is nowhere`);
      if (parts.has(Ref)) continue;
      parts.set(Ref, {
        name: `parts/${String(part.ManagedPolicyName).replace(`${prefix}-`, '')}`,
        kind: 'identity',
        statements: statementsOf(resolve(part.PolicyDocument, resources, accountId) as PolicyDocument),
        holder: sessionOf(accountId, RoleName),
      });
    }
  }
  return parts;
};

const documentsOf = (
  resources: Resources,
  accountId: string,
  nameOfRole: (roleName: string) => string,
): readonly ShippedDocument[] => {
  const parts = partsOf(resources, accountId);
  const ofResources = Object.entries(resources).flatMap(
    ([logicalId, { Type, Properties }]): readonly ShippedDocument[] => {
      const policy = (node: unknown) => statementsOf(resolve(node, resources, accountId) as PolicyDocument);
      switch (Type) {
        case 'AWS::IAM::Role': {
          const role = String(Properties.RoleName);
          const { Policies = [], ManagedPolicyArns = [] } = Properties as unknown as RoleProperties;
          const of = { arn: roleArn(role, accountId), accountId };
          const own = ManagedPolicyArns.flatMap(({ Ref }) => parts.get(Ref) ?? []);
          return [
            {
              name: nameOfRole(role),
              kind: 'identity',
              statements: [
                ...Policies.flatMap(({ PolicyDocument }) => policy(PolicyDocument)),
                ...own.flatMap(({ statements }) => statements),
              ],
              holder: sessionOf(accountId, role),
              parts: own,
            },
            {
              name: `trust of ${generalise(role)}`,
              kind: 'trust',
              statements: policy(Properties.AssumeRolePolicyDocument),
              of,
            },
          ];
        }
        case 'AWS::S3::BucketPolicy': {
          const given = Properties.Bucket as string | { readonly Ref: string };
          const bucket = typeof given === 'string' ? given : String(resources[given.Ref]?.Properties.BucketName);
          const of = { arn: `arn:aws:s3:::${bucket}`, accountId };
          return [{ name: `policy of ${bucket}`, kind: 'resource', statements: policy(Properties.PolicyDocument), of }];
        }
        case 'AWS::KMS::Key': {
          const of = { arn: keyArn(accountId), accountId };
          return [
            {
              name: `policy of ${logicalId} in ${accountId}`,
              kind: 'resource',
              statements: policy(Properties.KeyPolicy),
              of,
            },
          ];
        }
        default:
          return [];
      }
    },
  );
  return [...parts.values(), ...ofResources];
};

const projectDir = join(import.meta.dirname, '../..');

const controlPlane = (): readonly ShippedDocument[] => {
  const { resources } = readServerless(join(projectDir, 'serverless.yml'), PLACE);
  const all = Object.assign({}, ...resources.map(({ Resources }) => Resources)) as Resources;
  return documentsOf(all, PLACE.accountId, (role) => `service/${role.replace(`${prefix}-`, '')}`);
};

/** Made by the operators' API, for each service hypervisor: as an instance's, and for nodes in another account. */
const nodes = (): readonly ShippedDocument[] => {
  const role = `${prefix}-node-${HYPERVISOR.slice(-12)}`;
  const of = { arn: roleArn(role), accountId: PLACE.accountId };
  const remote = roleArn(`${prefix}-remote-node-${HYPERVISOR.slice(-12)}`, OTHER_SERVICE);
  return [
    {
      name: 'service/node',
      kind: 'identity',
      statements: statementsOf(nodePermissions(PLACE)(HYPERVISOR) as PolicyDocument),
      holder: sessionOf(PLACE.accountId, role),
    },
    ...[instancesOnly, remoteNodesOnly(HYPERVISOR, remote)].map(
      (policy): ShippedDocument => ({
        name: `trust of ${generalise(role)}`,
        kind: 'trust',
        statements: statementsOf(policy as PolicyDocument),
        of,
      }),
    ),
  ];
};

/** A service hypervisor in an account of its own. */
const elsewhere = (): readonly ShippedDocument[] => {
  const access = serviceAccessTemplate({
    stage: PLACE.stage,
    accountId: OTHER_SERVICE,
    region: PLACE.region,
    hubRoleArn: roleArn(`${prefix}-hub`),
    brokerRoleArn: roleArn(`${prefix}-broker`),
    operatorRoleArn: roleArn(`${prefix}-operator-api`),
    externalId: EXTERNAL_ID,
    library: { bucket: `second-library-${OTHER_SERVICE}` },
  });
  const launched = accessNodesTemplate({
    stage: PLACE.stage,
    hypervisorId: HYPERVISOR,
    controlPlaneAccountId: PLACE.accountId,
  });
  return [access, launched].flatMap(({ Resources }) =>
    documentsOf(Resources as unknown as Resources, OTHER_SERVICE, (role) => `elsewhere/${generalise(role)}`),
  );
};

export const serviceDocuments = (): readonly ShippedDocument[] => [...controlPlane(), ...nodes(), ...elsewhere()];
