const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export type IdPrefix = 'AIDA' | 'AROA' | 'AIPA' | 'ANPA' | 'AKIA' | 'ASIA';

/** Keys have 20 characters, users, roles, policies and instance profiles 21, as AWS's do. */
export const makeId = (prefix: IdPrefix, randomHex: (bytes: number) => string): string => {
  const length = prefix === 'AKIA' || prefix === 'ASIA' ? 16 : 17;
  const bytes = Buffer.from(randomHex(length), 'hex');
  return prefix + Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
};

export const isAccountId = (text: string): boolean => /^\d{12}$/.test(text);

/** `arn:aws:iam::111111111111:role/path/name` → account and name; undefined if it is no such ARN. */
export const parseIamArn = (
  arn: string,
): { readonly accountId: string; readonly kind: 'user' | 'role'; readonly name: string } | undefined => {
  const [, accountId, kind, name] = /^arn:aws:iam::(\d{12}):(user|role)\/(?:.*\/)?([\w+=,.@-]+)$/.exec(arn) ?? [];
  return accountId && name ? { accountId, kind: kind as 'user' | 'role', name } : undefined;
};
