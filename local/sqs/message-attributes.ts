import { createHash } from 'node:crypto';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import { invalidParameter } from './errors.ts';

export const messageAttribute = z.strictObject({
  DataType: z.string(),
  StringValue: z.string().optional(),
  /** Base64, as in JSON. */
  BinaryValue: z.string().optional(),
});

export type MessageAttribute = z.infer<typeof messageAttribute>;
export type MessageAttributes = Readonly<Record<string, MessageAttribute>>;

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

const sized = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

const encodedValue = (attribute: MessageAttribute): { bytes: Buffer; kind: number } =>
  attribute.BinaryValue === undefined
    ? { bytes: Buffer.from(attribute.StringValue ?? ''), kind: 1 }
    : { bytes: Buffer.from(attribute.BinaryValue, 'base64'), kind: 2 };

/** SQS's digest: by name; each name, type and value with its length before it, and a byte for the value's kind. */
export const md5OfAttributes = (attributes: MessageAttributes): string => {
  const hash = createHash('md5');
  for (const name of Object.keys(attributes).sort()) {
    const attribute = attributes[name] as MessageAttribute;
    const { bytes, kind } = encodedValue(attribute);
    hash.update(sized(Buffer.from(name))).update(sized(Buffer.from(attribute.DataType)));
    hash.update(Buffer.from([kind])).update(sized(bytes));
  }
  return hash.digest('hex');
};

/** Bytes that count against the queue's limit: the body, and names, types and values of the attributes. */
export const messageSize = (body: string, attributes: MessageAttributes = {}): number =>
  Object.entries(attributes).reduce(
    (sum, [name, attribute]) =>
      sum + Buffer.byteLength(name) + Buffer.byteLength(attribute.DataType) + encodedValue(attribute).bytes.length,
    Buffer.byteLength(body),
  );

// biome-ignore lint/suspicious/noControlCharactersInRegex: SQS refuses what XML 1.0 cannot carry
const FORBIDDEN = /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

/** Throws InvalidMessageContents, InvalidParameterValue. */
export const assertMessage = (body: string, attributes: MessageAttributes | undefined, maxBytes: number): void => {
  if (body === '') throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.', 400);
  if (FORBIDDEN.test(body))
    throw new AwsError(
      'InvalidMessageContents',
      'Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.',
      400,
    );
  if (messageSize(body, attributes) > maxBytes)
    throw new AwsError(
      'InvalidParameterValue',
      `One or more parameters are invalid. Reason: Message must be shorter than ${maxBytes} bytes.`,
      400,
    );
  const entries = Object.entries(attributes ?? {});
  if (entries.length > 10) throw invalidParameter('MessageAttributes', entries.length, 'Must be at most 10.');
  for (const [name, attribute] of entries) {
    if (!/^(String|Number|Binary)(\..+)?$/.test(attribute.DataType))
      throw invalidParameter(
        'MessageAttribute',
        name,
        `The message attribute '${name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.`,
      );
    const binary = attribute.DataType.startsWith('Binary');
    if ((binary ? attribute.BinaryValue : attribute.StringValue) === undefined)
      throw invalidParameter(
        'MessageAttribute',
        name,
        `The message attribute '${name}' must contain a non-empty message attribute value.`,
      );
  }
};

/** Those that the receiver names: a name, `prefix.*`, `All` or `.*`. */
export const selectAttributes = (
  attributes: MessageAttributes | undefined,
  wanted: readonly string[] = [],
): MessageAttributes | undefined => {
  const chosen = Object.entries(attributes ?? {}).filter(([name]) =>
    wanted.some(
      (want) =>
        want === 'All' || want === '.*' || want === name || (want.endsWith('.*') && name.startsWith(want.slice(0, -1))),
    ),
  );
  return chosen.length > 0 ? Object.fromEntries(chosen) : undefined;
};
