/**
 * The corpus: questions that have to be refused. Each comes from a statement, with one thing changed in what it allows
 * (untagged, another's tag, another place, another name, a tag beside the creation), or is what nobody may ever do.
 */
import type { Access, PolicyStatement } from '../../local/kernel/service.ts';
import { closeResources, closeValues } from './close-to.ts';
import { DANGERS } from './dangers.ts';
import { type Asked, isAllowed } from './decide.ts';
import { type Example, examplesOf, textsOf } from './examples.ts';
import { nameOf, ownStatements, type ShippedDocument, shortName } from './shipped.ts';
import { namedBy, strangersTo } from './strangers.ts';

export interface Denial extends Asked {
  readonly document: ShippedDocument;
  /** What it protects: unique. */
  readonly name: string;
  /** Of a kind of resource that AWS may never ask the action about. */
  readonly otherKind: boolean;
}

type Changed = Asked & { readonly words: string; readonly otherKind: boolean };

/** Each question with one thing changed. */
const changed = (statement: PolicyStatement, { access, pattern }: Example): readonly Changed[] => {
  const found: Changed[] = [];
  for (const [operator, keys] of Object.entries(statement.Condition ?? {}))
    for (const [key, wanted] of Object.entries(keys))
      for (const values of closeValues(operator, key, textsOf(wanted))) {
        const words =
          values.length === 0 ? `without ${key}` : `with ${key} = ${values.map((text) => `"${text}"`).join(', ')}`;
        found.push({ words, otherKind: false, access: { ...access, context: { ...access.context, [key]: values } } });
      }
  for (const { words, resource, otherKind } of closeResources(pattern, access.resource))
    found.push({
      words: `on what is ${words.replace(/^that is /, '')}: ${resource}`,
      otherKind,
      access: { ...access, resource },
    });
  return found;
};

/** What a request to the library's bucket has where nothing is wrong with it. */
const BENIGN = { 's3:if-none-match': '*', 's3:object-lock-remaining-retention-days': '30' };

/** What a statement that denies is there for: its own example, by whoever may do everything else. */
const forbidden = (document: ShippedDocument, statement: PolicyStatement): readonly Denial[] =>
  examplesOf(statement, document.of?.arn).flatMap((example) =>
    strangersTo(document, statement).map(
      ({ words, principal }): Denial => ({
        document,
        name: `${document.name}, ${shortName(nameOf(statement))}: ${words} cannot ${ofAccess(example.access)}`,
        otherKind: false,
        principal,
        access: { ...example.access, context: { ...BENIGN, ...example.access.context } },
      }),
    ),
  );

const ofAccess = ({ action, resource }: Access): string => (resource === '*' ? action : `${action} on ${resource}`);

const ofStatement = (document: ShippedDocument, statement: PolicyStatement): readonly Denial[] => {
  if (statement.Effect === 'Deny') return forbidden(document, statement);
  const title = `${document.name}, ${shortName(nameOf(statement))}`;
  const examples = examplesOf(statement, document.of?.arn);
  if (document.kind === 'identity' || document.kind === 'session')
    return examples.flatMap((example) =>
      changed(statement, example).map(
        ({ words, otherKind, access }): Denial => ({
          document,
          name: `${title}: no ${example.access.action} (${example.pattern}) ${words}`,
          otherKind,
          access,
        }),
      ),
    );
  return examples.flatMap((example) => [
    ...strangersTo(document, statement).map(
      ({ words, ...who }): Denial => ({
        document,
        name: `${title}: no ${example.access.action} by ${words}`,
        otherKind: false,
        ...who,
        access: example.access,
      }),
    ),
    ...changed(statement, { ...example, pattern: '*' }).flatMap(({ words, access }) =>
      namedBy(document, statement).map(
        ({ words: who, principal }): Denial => ({
          document,
          name: `${title}: no ${example.access.action} by ${who} ${words}`,
          otherKind: false,
          principal,
          access,
        }),
      ),
    ),
  ]);
};

const endangered = (document: ShippedDocument): readonly Denial[] => {
  const { holder } = document;
  if (document.kind !== 'identity' || !holder) return [];
  return DANGERS.flatMap(({ words, actions, resource, context = {} }) =>
    actions.map(
      (action): Denial => ({
        document,
        name: `${document.name} cannot ${words}: ${action}`,
        otherKind: false,
        access: { action, resource: resource(holder.accountId), context },
      }),
    ),
  );
};

/** Variants of a session say the same under the same name: those are numbered. */
export const denialsOf = (documents: readonly ShippedDocument[]): readonly Denial[] => {
  const all = documents.flatMap((document) => [
    ...ownStatements(document).flatMap((statement) => ofStatement(document, statement)),
    ...endangered(document),
  ]);
  const names = new Map<string, number>();
  return all.map((denial) => {
    const count = (names.get(denial.name) ?? 0) + 1;
    names.set(denial.name, count);
    return count === 1 ? denial : { ...denial, name: `${denial.name} (${count})` };
  });
};

export const isDenied = (denial: Denial): boolean => !isAllowed(denial.document, denial);
