/** An AWS access key, and how it is kept in Secrets Manager. */
export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Both halves are one value: it is replaced at once, so that whoever reads it while the key is rotated has the old key or
 * the new one, and never one's id with the other's secret.
 */
export const secretOfAccessKey = ({ accessKeyId, secretAccessKey }: AccessKey): string =>
  JSON.stringify({ accessKeyId, secretAccessKey });

/** `accessKeyId`: of a secret that holds the secret half alone, as the first ones do. */
export const accessKeyOfSecret = (value: string, accessKeyId: string): AccessKey => {
  if (!value.startsWith('{')) return { accessKeyId, secretAccessKey: value };
  return JSON.parse(value) as AccessKey;
};
