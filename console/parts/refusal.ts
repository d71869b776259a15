import { ApiFailure } from '../api.ts';

interface Refusal {
  /** What the API says of this field of the form: a sentence, and what to do. */
  at(field: string): string | undefined;
  /** What it says of no field that the form has. */
  readonly rest: Error | undefined;
}

const isWithin = (field: string, given: string): boolean =>
  given === field || given.startsWith(`${field}.`) || given.startsWith(`${field}[`);

/** `fields`: as the API names them, which the form has a place for; the innermost that fits says it. */
export const refusalOf = (error: Error | null, fields: readonly string[]): Refusal => {
  const given = error instanceof ApiFailure ? error.field : undefined;
  const owner =
    given === undefined
      ? undefined
      : fields.filter((field) => isWithin(field, given)).toSorted((a, b) => b.length - a.length)[0];
  if (!(error instanceof ApiFailure) || owner === undefined) return { at: () => undefined, rest: error ?? undefined };
  const said = [error.message, error.remedy].filter(Boolean).join(' ');
  return { at: (field) => (field === owner ? said : undefined), rest: undefined };
};
