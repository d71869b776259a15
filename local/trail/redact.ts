const HIDDEN = 'HIDDEN_DUE_TO_SECURITY_REASONS';

/** Never written, whatever the service says of itself. */
const ALWAYS = new Set([
  'SecretString',
  'SecretBinary',
  'Plaintext',
  'CiphertextBlob',
  'TaskToken',
  'taskToken',
  'SecretAccessKey',
  'SessionToken',
]);

/** CloudTrail leaves out what makes a record too large; here that is much less. */
const LONGEST_BYTES = 4096;
const LONGEST_TEXT = 1024;

/** Request parameters fit to be written: secrets hidden, bytes counted instead of written, large ones left out. */
export const redactParameters = (input: unknown, redact: readonly string[] = []): unknown => {
  if (input === undefined || input === null) return undefined;
  const hidden = redact.length > 0 ? new Set([...ALWAYS, ...redact]) : ALWAYS;
  const text = JSON.stringify(input, function (this: unknown, key: string, value: unknown) {
    if (hidden.has(key) && value !== undefined) return HIDDEN;
    // Buffers have a toJSON, so what they were is seen only on the holder.
    const original = key === '' ? value : (this as Record<string, unknown>)[key];
    if (original instanceof Uint8Array) return { bytes: original.byteLength };
    if (typeof value === 'object' && value !== null && 'pipe' in value) return { stream: true };
    if (typeof value === 'bigint') return value.toString();
    return typeof value === 'string' && value.length > LONGEST_TEXT ? { characters: value.length } : value;
  });
  if (text === undefined) return undefined;
  return text.length > LONGEST_BYTES ? { omitted: true, originalSize: text.length } : JSON.parse(text);
};
