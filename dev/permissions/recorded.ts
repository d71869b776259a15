/** What jobs were allowed, by the shipped documents that allowed it. */
import { evaluate, type Question } from '../../local/iam/evaluate.ts';
import type { PolicyDocument, PolicyStatement } from '../../local/kernel/service.ts';
import { generalise, shapeOf } from './generalise.ts';
import type { Mutation } from './mutations.ts';
import { OTHER_SERVICE, PLACE } from './place.ts';
import { OF_THE_CHECK } from './recording.ts';
import { kindOf, nameOf, type ShippedDocument, statementsOf } from './shipped.ts';
import { TENANT_ROLE_NAME } from './tenant-documents.ts';

export interface Use {
  readonly document: ShippedDocument;
  readonly question: Question;
  /** Whether it would still be allowed. */
  under(mutation: Mutation): boolean;
}

/** Under the role's name, or that of the user whose key it is. */
const holderOf = ({ principal }: Question): string | undefined => {
  const arn = principal.roleArn ?? principal.userArn ?? principal.arn;
  const name = arn.split('/').at(-1) ?? '';
  if (name.startsWith(TENANT_ROLE_NAME)) return 'tenant';
  if (principal.kind !== 'assumed-role') return undefined;
  if (principal.accountId === OTHER_SERVICE) return generalise(`elsewhere/${name}`);
  const prefix = `holdfast-${PLACE.stage}-`;
  if (!name.startsWith(prefix)) return undefined;
  return name.startsWith(`${prefix}node-`) ? 'service/node' : `service/${name.slice(prefix.length)}`;
};

const resourceNameOf = ({ access: { action, resource } }: Question): string => {
  if (action.startsWith('sts:')) return `trust of ${generalise(resource.split('/').at(-1) ?? '')}`;
  if (action.startsWith('s3:')) return `policy of ${resource.split(':')[5]?.split('/')[0]}`;
  return `policy of LibraryKey in ${resource.split(':')[4]}`;
};

/** Trust policies are kept with the unique ids of those that they name: their names again, as far as anybody called. */
const unpinning = (questions: readonly Question[]): ((policy: PolicyDocument) => PolicyDocument) => {
  const arns = new Map<string, string>();
  for (const { principal } of questions)
    if (principal.roleArn) arns.set(principal.userId.split(':')[0] ?? '', principal.roleArn);
  return (policy) =>
    JSON.parse(JSON.stringify(policy).replace(/AROA[A-Z2-7]{17}/g, (id) => arns.get(id) ?? id)) as PolicyDocument;
};

/** The statement at the same place, changed, if it is the one that the mutation is about. */
const changedLike = (
  shipped: ShippedDocument,
  own: readonly PolicyStatement[],
  mutation: Mutation,
): PolicyDocument => ({
  Version: '2012-10-17',
  Statement: own.flatMap((statement) => {
    const name =
      shipped.kind === 'trust' ? nameOf(shipped.statements[own.indexOf(statement)] ?? statement) : nameOf(statement);
    return mutation.concerns(name) ? (mutation.apply(statement) ?? []) : [statement];
  }),
});

/** Whether a policy has only statements of the document; of each policy looked at once. */
const shippedOnly = (): ((policy: PolicyDocument, document: ShippedDocument) => boolean) => {
  const shapes = new Map<ShippedDocument, ReadonlySet<string>>();
  const known = new WeakMap<PolicyDocument, boolean>();
  return (policy, document) => {
    const before = known.get(policy);
    if (before !== undefined) return before;
    const own = shapes.get(document) ?? new Set(document.statements.map(shapeOf));
    shapes.set(document, own);
    // What every federated user is denied is AWS's own.
    const answer = statementsOf(policy).every(
      (statement) => statement.Effect === 'Deny' || own.has(shapeOf(statement)),
    );
    known.set(policy, answer);
    return answer;
  };
};

/** Of trust policies of one role: that which says the same, or as much (who never called has no name, see `unpinning`). */
const closest = (
  documents: readonly ShippedDocument[],
  own: readonly PolicyStatement[],
): ShippedDocument | undefined => {
  const alike = documents.filter(({ statements }) => statements.length === own.length);
  return alike.find(({ statements }) => kindOf(statements) === kindOf(own)) ?? alike[0];
};

export interface Recorded {
  readonly uses: readonly Use[];
  /** Of who has a shipped document's role, with other statements than the shipped: tests take some out. Not counted. */
  readonly underOthers: number;
  /** Sessions of ours whose policy is none of the shipped: what made it is not among the documents. */
  readonly unknownSessions: readonly string[];
}

export const usesOf = (questions: readonly Question[], documents: readonly ShippedDocument[]): Recorded => {
  const byName = Map.groupBy(documents, ({ name }) => name);
  const sessions = new Map(
    documents.filter(({ kind }) => kind === 'session').map((document) => [kindOf(document.statements), document]),
  );
  const unpin = unpinning(questions);
  const unknownSessions = new Set<string>();
  const isShipped = shippedOnly();
  let underOthers = 0;
  const uses: Use[] = [];
  for (const question of questions) {
    const { identityPolicies, principal, access } = question;
    const add = (document: ShippedDocument, under: (mutation: Mutation) => Question) =>
      uses.push({ document, question, under: (mutation) => evaluate(under(mutation)).allowed });

    const [holder] = byName.get(holderOf(question) ?? '') ?? [];
    if (holder && !identityPolicies.every((policy) => isShipped(policy, holder))) {
      underOthers++;
      continue;
    }
    for (const document of holder ? [holder, ...(holder.parts ?? [])] : [])
      add(document, (mutation) => ({
        ...question,
        identityPolicies: identityPolicies.map((policy) => changedLike(document, statementsOf(policy), mutation)),
      }));

    const [sessionPolicy] = principal.sessionPolicies ?? [];
    if (holder && sessionPolicy) {
      const statements = statementsOf(sessionPolicy);
      const session = sessions.get(kindOf(statements));
      if (session)
        add(session, (mutation) => ({
          ...question,
          principal: { ...principal, sessionPolicies: [changedLike(session, statements, mutation)] },
        }));
      else if (!OF_THE_CHECK.test(principal.arn)) unknownSessions.add(kindOf(statements));
    }

    const { resourcePolicy } = access;
    const policy = resourcePolicy && unpin(resourcePolicy);
    const owner = policy && closest(byName.get(resourceNameOf(question)) ?? [], statementsOf(policy));
    if (policy && owner)
      add(owner, (mutation) => ({
        ...question,
        access: { ...access, resourcePolicy: changedLike(owner, statementsOf(policy), mutation) },
      }));
  }
  return { uses, underOthers, unknownSessions: [...unknownSessions] };
};
