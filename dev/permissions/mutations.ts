/**
 * One element less, or one limit less, of one statement. `wider`: more is allowed after it, so a denial has to notice;
 * otherwise less is, so what some job did has to notice. In a statement that denies it is the other way round.
 */
import type { PolicyStatement } from '../../local/kernel/service.ts';
import { textsOf } from './examples.ts';
import { shapeOf } from './generalise.ts';
import { nameOf, ownStatements, type ShippedDocument, shortName } from './shipped.ts';
import { fileOf } from './tenant-documents.ts';

export interface Mutation {
  /** Of the document: variants of a session share it, and so do their statements and what is taken from them. */
  readonly document: string;
  /** Its name; or that of the part whose statements a role is left without. */
  readonly statement: string;
  /** `action ec2:DeleteVolume removed`, … */
  readonly change: string;
  /** Unique: document, statement, change. */
  readonly name: string;
  readonly wider: boolean;
  /** Whether a statement of this name is changed. */
  concerns(statement: string): boolean;
  /** Undefined: nothing is left of the statement. */
  apply(statement: PolicyStatement): PolicyStatement | undefined;
}

type Change = Pick<Mutation, 'change' | 'apply'> & { readonly limitsLess: boolean };

const without = (value: unknown, text: string): readonly string[] | undefined => {
  const rest = textsOf(value).filter((each) => shapeOf(each) !== shapeOf(text));
  return rest.length > 0 ? rest : undefined;
};

const listChanges = (statement: PolicyStatement, element: 'Action' | 'Resource'): readonly Change[] => {
  const values = textsOf(statement[element]);
  return values.map((text) => ({
    change: `${element === 'Action' ? 'action' : 'resource'} ${text} removed`,
    limitsLess: false,
    apply(one) {
      const rest = without(one[element], text);
      return rest && { ...one, [element]: rest };
    },
  }));
};

const widerResources = (statement: PolicyStatement): readonly Change[] =>
  textsOf(statement.Resource)
    .filter((text) => text !== '*')
    .map((text) => ({
      change: `resource ${text} widened to *`,
      limitsLess: true,
      apply: (one) => ({ ...one, Resource: '*' }),
    }));

const conditionChanges = (statement: PolicyStatement): readonly Change[] =>
  Object.entries(statement.Condition ?? {}).flatMap(([operator, keys]) =>
    Object.entries(keys).flatMap(([key, wanted]) => {
      const removal: Change = {
        change: `condition ${operator} ${key} removed`,
        limitsLess: true,
        apply(one) {
          const { [operator]: own = {}, ...others } = one.Condition ?? {};
          const { [key]: _, ...rest } = own;
          const Condition = Object.keys(rest).length > 0 ? { ...others, [operator]: rest } : others;
          const { Condition: __, ...bare } = one;
          return Object.keys(Condition).length > 0 ? { ...bare, Condition } : bare;
        },
      };
      const values = textsOf(wanted);
      if (values.length < 2 || operator.startsWith('ForAllValues')) return [removal];
      const fewer = values.map(
        (text): Change => ({
          change: `condition ${operator} ${key}: ${text} removed`,
          limitsLess: false,
          apply(one) {
            const rest = without(one.Condition?.[operator]?.[key], text);
            return (
              rest && {
                ...one,
                Condition: { ...one.Condition, [operator]: { ...one.Condition?.[operator], [key]: rest } },
              }
            );
          },
        }),
      );
      return [removal, ...fewer];
    }),
  );

/** Who is named: one of several left out; everybody let in. */
const principalChanges = ({ Principal: named, Effect }: PolicyStatement): readonly Change[] => {
  if (named === undefined || named === '*' || Effect === 'Deny') return [];
  const kinds = Object.entries(named as Readonly<Record<string, unknown>>);
  const fewer = kinds.flatMap(([kind, names]) =>
    textsOf(names).map(
      (text): Change => ({
        change: `principal ${text} removed`,
        limitsLess: false,
        apply(one) {
          const { [kind]: own, ...others } = one.Principal as Readonly<Record<string, unknown>>;
          const rest = without(own, text);
          const Principal = rest ? { ...others, [kind]: rest } : others;
          return Object.keys(Principal).length > 0 ? { ...one, Principal } : undefined;
        },
      }),
    ),
  );
  return [
    { change: 'principals widened to *', limitsLess: true, apply: (one) => ({ ...one, Principal: '*' }) },
    ...fewer,
  ];
};

const changesOf = (document: ShippedDocument, statement: PolicyStatement): readonly Change[] => {
  const deny = statement.Effect === 'Deny';
  return [
    ...listChanges(statement, 'Action'),
    // One resource alone goes with its action.
    ...(textsOf(statement.Resource).length > 1 ? listChanges(statement, 'Resource') : []),
    // A bucket's or a key's policy is about that bucket or key, whatever it names; and a deny of more lets nobody in.
    ...(document.kind === 'resource' || deny ? [] : widerResources(statement)),
    ...conditionChanges(statement),
    ...principalChanges(statement),
  ];
};

/** What a part says is changed in the part's own document. Of the role it is asked whether it needs that part at all. */
const withoutPart = (document: string, part: ShippedDocument): Mutation => {
  const names = new Set(part.statements.map(nameOf));
  return {
    document,
    statement: part.name,
    change: 'taken away',
    name: `${document}: ${part.name} taken away`,
    wider: false,
    concerns: (statement) => names.has(statement),
    apply: () => undefined,
  };
};

/** All of them, each once: variants of a session have the same statements. */
export const mutationsOf = (documents: readonly ShippedDocument[]): readonly Mutation[] => {
  const all = new Map<string, Mutation>();
  for (const document of documents) {
    for (const part of document.parts ?? []) {
      const mutation = withoutPart(document.name, part);
      all.set(mutation.name, mutation);
    }
    for (const statement of ownStatements(document)) {
      const own = nameOf(statement);
      const file = document.name === 'tenant' ? `tenant/${fileOf(own)}` : document.name;
      for (const { change, apply, limitsLess } of changesOf(document, statement)) {
        const name = `${file}, ${shortName(own)}: ${change}`;
        const wider = limitsLess === (statement.Effect === 'Allow');
        const key = `${document.name}\n${own}\n${shapeOf(change)}`;
        const concerns = (statementName: string): boolean => statementName === own;
        if (!all.has(key))
          all.set(key, { document: document.name, statement: own, change, name, wider, concerns, apply });
      }
    }
  }
  return [...all.values()];
};

/** The statements after the mutation; those of other names stay. */
export const mutate = (statements: readonly PolicyStatement[], mutation: Mutation): readonly PolicyStatement[] =>
  statements.flatMap((statement) => {
    if (!mutation.concerns(nameOf(statement))) return [statement];
    return mutation.apply(statement) ?? [];
  });
