/** The documents that a mutation is made of, and how a policy that was used is found to be one of them. */
import type { PolicyDocument, PolicyStatement, Principal } from '../../local/kernel/service.ts';
import { shapeOf } from './generalise.ts';

/**
 * `identity`: of a role or user. `session`: what narrows one. `trust`: who may become a role. `resource`: of a bucket or
 * key.
 */
export type Kind = 'identity' | 'session' | 'trust' | 'resource';

export interface ShippedDocument {
  /** `tenant`, `service/steps`, `session/protect`, `trust of holdfast-dev-hub`, `key of LibraryKey`, … */
  readonly name: string;
  readonly kind: Kind;
  readonly statements: readonly PolicyStatement[];
  /** identity, session: who has it; of a part: the first of them. */
  readonly holder?: Principal;
  /** Of a role: the parts (`infra/permissions/parts/`) that it is put together of. Their statements are among its own. */
  readonly parts?: readonly ShippedDocument[];
  /** trust, resource: the ARN that it hangs on, and whose that is. */
  readonly of?: { readonly arn: string; readonly accountId: string };
}

/** The statements that it shares with nobody. */
export const ownStatements = ({ statements, parts = [] }: ShippedDocument): readonly PolicyStatement[] =>
  statements.filter((each) => !parts.some((part) => part.statements.includes(each)));

/** A statement's name in its document: its Sid, or what it says where it has none. */
export const nameOf = (statement: PolicyStatement): string => statement.Sid ?? shapeOf(statement);

/** As people read it. */
export const shortName = (statementName: string): string =>
  statementName.startsWith('{') ? wordsOf(JSON.parse(statementName) as PolicyStatement) : statementName;

const wordsOf = ({ Effect, Action, Principal, Condition }: PolicyStatement): string => {
  const what = [Action ?? []].flat().join(', ');
  const where = Object.entries(Condition ?? {}).flatMap(([, keys]) => Object.keys(keys));
  const who = Principal === undefined ? '' : ` by ${JSON.stringify(Principal)}`;
  return `${Effect === 'Deny' ? 'no ' : ''}${what}${who}${where.length > 0 ? ` if ${where.join(', ')}` : ''}`;
};

/** Statements whatever their order: by it a session is told to be of one kind. */
export const kindOf = (statements: readonly PolicyStatement[]): string => statements.map(shapeOf).toSorted().join('\n');

export const statementsOf = ({ Statement }: PolicyDocument): readonly PolicyStatement[] =>
  [Statement].flat() as readonly PolicyStatement[];

/** A session of a role, without asking its trust. */
export const sessionOf = (accountId: string, roleName: string, sessionName = 'session'): Principal => ({
  kind: 'assumed-role',
  accountId,
  arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
  roleArn: `arn:aws:iam::${accountId}:role/${roleName}`,
  userId: `AROAEXAMPLE${accountId.slice(0, 4)}:${sessionName}`,
});
