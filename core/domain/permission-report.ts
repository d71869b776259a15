/** From the answers to a report: what is there, what is missing and what to add, and what nothing could tell. */
import type { FoundBy, PermissionProbe, PermissionsReport } from '../contracts/permissions.ts';
import { ASKS_SIMULATOR, featureOf, type PermissionFeature } from './permission-features.ts';
import {
  ACTS_ON,
  list,
  type PermissionAnswer,
  type PermissionPolicy,
  type PermissionQuestion,
  type PermissionStatement,
  resourceKind,
} from './permissions.ts';

/** What was found in an account. */
export interface FoundPermissions {
  /** Whether the simulator could be asked. */
  readonly simulated: boolean;
  readonly answers: readonly PermissionAnswer[];
  readonly probes: readonly PermissionProbe[];
}

/** The statement with this action alone, under a Sid of its own, so that it can be added to a policy as it is. */
const statementFor = (statement: PermissionStatement, action: string): PermissionStatement => {
  const known = ACTS_ON[action];
  return {
    Sid: `${statement.Sid}${action.split(':')[1]}`,
    Effect: statement.Effect,
    Action: action,
    Resource: known ? list(statement.Resource).filter((arn) => known.includes(resourceKind(arn))) : statement.Resource,
    ...(statement.Condition ? { Condition: statement.Condition } : {}),
  };
};

const FORBIDDEN =
  'A policy denies it outright (of the role or user, its permissions boundary, or the organisation): that one has to be changed.';

const ORDER: readonly FoundBy[] = ['simulator', 'dry run', 'live probe'];

interface Finding {
  readonly verdict: PermissionAnswer['verdict'];
  readonly foundBy: FoundBy[];
  readonly notes: readonly string[];
}

/** One bad answer is enough to know that it is missing, all are needed to know that it is there; undefined: neither. */
const findingOf = (
  questions: readonly PermissionQuestion[],
  answers: readonly PermissionAnswer[],
): Finding | undefined => {
  const worst = (['forbidden', 'missing'] as const).find((bad) => answers.some(({ verdict }) => verdict === bad));
  const answered = new Set(answers.map(({ question }) => question));
  if (worst === undefined && !questions.every((question) => answered.has(question))) return undefined;
  const verdict = worst ?? 'allowed';
  const agreeing = answers.filter((answer) => answer.verdict === verdict);
  return {
    verdict,
    foundBy: ORDER.filter((way) => agreeing.some(({ foundBy }) => foundBy === way)),
    notes: [...new Set(agreeing.flatMap(({ note }) => note ?? []))],
  };
};

/** Of one role or user. `features`: what its statements are for, by Sid; absent: a tenant's. */
export const permissionsReport = (
  policy: PermissionPolicy,
  questions: readonly PermissionQuestion[],
  { simulated, answers, probes }: FoundPermissions,
  {
    role,
    features = featureOf,
  }: { readonly role?: string; readonly features?: (sid: string) => PermissionFeature } = {},
): PermissionsReport => {
  const checked: PermissionsReport['checked'] = [];
  const missing: PermissionsReport['missing'] = [];
  const unchecked: NonNullable<PermissionsReport['unchecked']> = [];
  const named = role === undefined ? {} : { role };
  for (const statement of policy.Statement) {
    const { feature, without } = features(statement.Sid);
    for (const action of list(statement.Action)) {
      const isAbout = (question: PermissionQuestion) => question.sid === statement.Sid && question.action === action;
      const found: Finding | undefined =
        statement.Sid === ASKS_SIMULATOR
          ? { verdict: simulated ? 'allowed' : 'missing', foundBy: ['simulator'], notes: [] }
          : findingOf(
              questions.filter(isAbout),
              answers.filter(({ question }) => isAbout(question)),
            );
      if (!found) {
        unchecked.push({ action, feature, ...named });
        continue;
      }
      const { verdict, foundBy, notes } = found;
      checked.push({ action, feature, ...named, allowed: verdict === 'allowed', foundBy });
      if (verdict === 'allowed') continue;
      const text = [without, ...(verdict === 'forbidden' ? [FORBIDDEN] : []), ...notes].join(' ');
      missing.push({ action, feature, ...named, without: text, foundBy, statement: statementFor(statement, action) });
    }
  }
  return {
    complete: missing.length === 0 && unchecked.length === 0,
    checked,
    missing,
    ...(unchecked.length > 0 ? { unchecked } : {}),
    probes: [...probes],
  };
};

/** Several roles' reports as one. */
export const joinedReports = (
  reports: readonly PermissionsReport[],
  probes: readonly PermissionProbe[],
): PermissionsReport => {
  const unchecked = reports.flatMap((report) => report.unchecked ?? []);
  return {
    complete: reports.every(({ complete }) => complete) && probes.every(({ outcome }) => outcome !== 'refused'),
    checked: reports.flatMap(({ checked }) => checked),
    missing: reports.flatMap(({ missing }) => missing),
    ...(unchecked.length > 0 ? { unchecked } : {}),
    probes: [...reports.flatMap((report) => report.probes), ...probes],
  };
};
