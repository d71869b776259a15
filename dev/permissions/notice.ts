/** Which mutation is noticed, and by what. */
import { isAllowed } from './decide.ts';
import { type Denial, isDenied } from './denials.ts';
import { textsOf } from './examples.ts';
import { type Mutation, mutate } from './mutations.ts';
import type { Use } from './recorded.ts';
import type { ShippedDocument } from './shipped.ts';

export interface Noticed {
  readonly mutation: Mutation;
  /** Names of denials that turn allowed, or of what jobs did that turns denied. */
  readonly by: readonly string[];
  /** Only by a question about another kind of resource, which AWS may never ask. */
  readonly onlyByKind: boolean;
}

/** Wider ones, by the corpus. Only denials that hold count. */
export const noticedByDenials = (mutations: readonly Mutation[], denials: readonly Denial[]): readonly Noticed[] => {
  const byDocument = Map.groupBy(denials.filter(isDenied), ({ document }) => document.name);
  return mutations
    .filter(({ wider }) => wider)
    .map((mutation) => {
      const found = (byDocument.get(mutation.document) ?? []).filter((denial) =>
        isAllowed(denial.document, denial, mutate(denial.document.statements, mutation)),
      );
      const real = found.filter(({ otherKind }) => !otherKind);
      return {
        mutation,
        by: (real.length > 0 ? real : found).map(({ name }) => name),
        onlyByKind: found.length > 0 && real.length === 0,
      };
    });
};

/** Narrower ones, by what jobs did. */
export const noticedByJobs = (mutations: readonly Mutation[], uses: readonly Use[]): readonly Noticed[] => {
  const byDocument = Map.groupBy(uses, ({ document }) => document.name);
  return mutations
    .filter(({ wider }) => !wider)
    .map((mutation) => ({
      mutation,
      by: (byDocument.get(mutation.document) ?? [])
        .filter((use) => !use.under(mutation))
        .map(({ question: { access } }) =>
          access.resource === '*' ? access.action : `${access.action} on ${access.resource}`,
        ),
      onlyByKind: false,
    }));
};

/** By document, the actions that it allows: which of them some job did, and which none. */
export const actionsOf = (
  documents: readonly ShippedDocument[],
  uses: readonly Use[],
): ReadonlyMap<string, { readonly used: readonly string[]; readonly unused: readonly string[] }> => {
  const done = new Set(uses.map(({ document, question }) => `${document.name} ${question.access.action}`));
  const isDone = (document: string, action: string): boolean =>
    action.endsWith('*')
      ? [...done].some((each) => each.startsWith(`${document} ${action.slice(0, -1)}`))
      : done.has(`${document} ${action}`);
  const names = [...new Set(documents.filter(({ kind }) => kind !== 'resource').map(({ name }) => name))];
  return new Map(
    names.map((name) => {
      const own = documents.filter((document) => document.name === name).flatMap(({ statements }) => statements);
      const actions = [
        ...new Set(own.filter(({ Effect }) => Effect === 'Allow').flatMap(({ Action }) => textsOf(Action))),
      ];
      const [used, unused] = [
        actions.filter((each) => isDone(name, each)),
        actions.filter((each) => !isDone(name, each)),
      ];
      return [name, { used, unused }];
    }),
  );
};
