/** What a session may do at most; what it can do is this *and* what its role allows. */
export interface Policy {
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** STS's limit for a session policy, in characters. */
export const LONGEST_POLICY = 2_048;

/** Errors: RangeError if it is longer than STS takes. */
export const policyText = ({ Statement }: Policy): string => {
  const text = JSON.stringify({ Version: '2012-10-17', Statement });
  if (text.length > LONGEST_POLICY) throw new RangeError(`a session policy of ${text.length} characters is too long`);
  return text;
};
