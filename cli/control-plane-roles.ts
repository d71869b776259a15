/** The control plane's roles and what they may do, as `infra/` has them: a document each, or parts that several have. */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { POLICY_VERSION } from '../core/domain/cloudformation.ts';

interface Policy {
  readonly Statement: readonly unknown[];
}
interface RoleFile {
  readonly Resources: Readonly<
    Record<
      string,
      {
        readonly Type: string;
        readonly Properties: {
          readonly RoleName?: string;
          readonly PolicyDocument?: string;
          readonly Policies?: readonly { readonly PolicyDocument: Policy }[];
          /** Logical ids of the parts. */
          readonly ManagedPolicyArns?: readonly string[];
        };
      }
    >
  >;
}

const INFRA = new URL('../infra/', import.meta.url);
const DOCUMENTS = new URL('permissions/service/', INFRA);
/** Made for each service hypervisor: it is no role of the deployment. */
export const NODES = 'node';

const files = (): readonly string[] => [
  'roles.yml',
  ...readdirSync(new URL('roles/', INFRA)).map((name) => `roles/${name}`),
];
const textOf = (file: string): string => readFileSync(new URL(file, INFRA), 'utf8');

const resourcesIn = (file: string): readonly (readonly [id: string, RoleFile['Resources'][string]])[] => {
  // A reference is read as the name that it refers to.
  const { Resources } = parse(textOf(file), {
    merge: true,
    logLevel: 'silent',
  }) as RoleFile;
  return Object.entries(Resources);
};
const json = (url: URL): Policy => JSON.parse(readFileSync(url, 'utf8')) as Policy;

/** Those that are put together of parts, by the end of their names. */
const ofParts = (): ReadonlyMap<string, Policy> => {
  const all = files().flatMap(resourcesIn);
  const documents = new Map<string, Policy>();
  for (const [id, { Type, Properties }] of all) {
    const file = /^\$\{file\(infra\/(permissions\/parts\/.*)\)\}$/.exec(String(Properties.PolicyDocument))?.[1];
    if (Type === 'AWS::IAM::ManagedPolicy' && file) documents.set(id, json(new URL(file, INFRA)));
  }
  const partOf = (id: string): Policy => {
    const document = documents.get(id);
    if (!document) throw new TypeError(`there is no part ${id} in infra/roles/parts.yml`);
    return document;
  };
  return new Map(
    all.flatMap(([, { Properties }]) => {
      const { RoleName = '', Policies = [], ManagedPolicyArns = [] } = Properties;
      if (ManagedPolicyArns.length === 0) return [];
      const own = Policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
      const Statement = [...own, ...ManagedPolicyArns.flatMap((id) => partOf(id).Statement)];
      return [[RoleName.replace(/^\$\{self:custom\.name\}-/, ''), { Version: POLICY_VERSION, Statement }] as const];
    }),
  );
};

const documentNames = (): readonly string[] => readdirSync(DOCUMENTS).map((file) => file.replace(/\.json$/, ''));

/** By the end of their names. Every command's start asks: nothing is parsed for it. */
export const controlPlaneRoles = (): readonly string[] => {
  const named = files().flatMap((file) =>
    [...textOf(file).matchAll(/RoleName: \$\{self:custom\.name\}-(\S+)/g)].map(([, name = '']) => name),
  );
  return [...new Set([...documentNames().filter((role) => role !== NODES), ...named])].sort();
};

/** IAM policy documents by role, with the framework's placeholders. */
export const documentsOfRoles = (roles: readonly string[]): ReadonlyMap<string, unknown> => {
  const known = new Set(documentNames());
  const parts = roles.every((role) => known.has(role)) ? new Map<string, Policy>() : ofParts();
  return new Map(roles.map((role) => [role, parts.get(role) ?? json(new URL(`${role}.json`, DOCUMENTS))]));
};
