/** What a check found: where, as a person finds it, and what is wrong there. */
export interface Problem {
  readonly where: string;
  readonly what: string;
}
