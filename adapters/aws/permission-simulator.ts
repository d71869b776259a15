import {
  type ContextEntry,
  type EvaluationResult,
  type IAMClient,
  InvalidInputException,
  paginateSimulatePrincipalPolicy,
} from '@aws-sdk/client-iam';
import type { PermissionAnswer, PermissionContext, PermissionQuestion } from '../../core/domain/permissions.ts';
import { inParallel } from '../../core/ports/in-parallel.ts';

/** IAM takes few of these a second, for the whole account. */
const AT_ONCE = 3;

/** Questions of one situation on the same resources: one call asks them all. */
interface Batch {
  readonly context: readonly PermissionContext[];
  readonly resources: readonly string[];
  readonly actions: readonly string[];
  readonly questions: readonly PermissionQuestion[];
}

/**
 * What IAM's simulator says of the principal's policies, its permissions boundary and its organisation's policies. It
 * leaves out what no such policy says: those of keys, and session policies. A question that it refuses has no answer.
 * Errors: the SDK's.
 */
export const simulate = async (
  client: IAMClient,
  principalArn: string,
  questions: readonly PermissionQuestion[],
): Promise<readonly PermissionAnswer[]> => {
  const answers = await inParallel(batchesOf(questions), AT_ONCE, (batch) => ask(client, principalArn, batch));
  return answers.flat();
};

const ask = async (client: IAMClient, principalArn: string, batch: Batch): Promise<readonly PermissionAnswer[]> => {
  const results: EvaluationResult[] = [];
  const pages = paginateSimulatePrincipalPolicy(
    { client },
    {
      PolicySourceArn: principalArn,
      ActionNames: [...batch.actions],
      // Empty lists are sent as empty strings.
      ...(batch.context.length > 0 ? { ContextEntries: batch.context.map(entry) } : {}),
      ...(batch.resources[0] === '*' ? {} : { ResourceArns: [...batch.resources] }),
    },
  );
  try {
    for await (const { EvaluationResults = [] } of pages) results.push(...EvaluationResults);
  } catch (error) {
    // It wants some actions together with resources that it does not name; a dry run may tell then.
    if (error instanceof InvalidInputException) return [];
    throw error;
  }
  return batch.questions.flatMap((question) => {
    const verdict = verdictOn(question, batch, results);
    return verdict ? [{ question, verdict, foundBy: 'simulator' as const }] : [];
  });
};

const entry = ({ key, type, values }: PermissionContext): ContextEntry => ({
  ContextKeyName: key,
  ContextKeyType: type,
  ContextKeyValues: [...values],
});

/**
 * By resource: the decision at the top is the strictest of all. It counts only where one resource was asked for, and
 * some answers about one have nothing else.
 */
const verdictOn = (
  { action, resource }: PermissionQuestion,
  batch: Batch,
  results: readonly EvaluationResult[],
): PermissionAnswer['verdict'] | undefined => {
  const ofAction = results.filter(({ EvalActionName }) => EvalActionName?.toLowerCase() === action.toLowerCase());
  for (const result of ofAction) {
    const own = result.ResourceSpecificResults?.find(({ EvalResourceName }) => EvalResourceName === resource);
    const decision = own?.EvalResourceDecision ?? (batch.resources.length === 1 ? result.EvalDecision : undefined);
    if (decision === undefined) continue;
    if (decision === 'allowed') return 'allowed';
    const boundary = own?.PermissionsBoundaryDecisionDetail ?? result.PermissionsBoundaryDecisionDetail;
    const keptOut =
      boundary?.AllowedByPermissionsBoundary === false ||
      result.OrganizationsDecisionDetail?.AllowedByOrganizations === false;
    return decision === 'explicitDeny' || keptOut ? 'forbidden' : 'missing';
  }
  return undefined;
};

const batchesOf = (questions: readonly PermissionQuestion[]): readonly Batch[] => {
  const cases = Map.groupBy(questions, ({ action, context }) => JSON.stringify([action, context]));
  const alike = Map.groupBy(cases.values(), (own) =>
    JSON.stringify([own[0]?.context, [...new Set(own.map(({ resource }) => resource))].toSorted()]),
  );
  return [...alike.values()].map((members) => {
    const asked = members.flat();
    return {
      context: asked[0]?.context ?? [],
      resources: [...new Set(asked.map(({ resource }) => resource))],
      actions: [...new Set(asked.map(({ action }) => action))],
      questions: asked,
    };
  });
};
