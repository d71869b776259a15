import { XMLBuilder } from 'fast-xml-parser';

const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: '@', suppressEmptyNode: false });

/** XML of plain data: lists repeat their element, `@name` is an attribute, what is undefined or null is left out. */
export const toXml = (root: string, namespace: string | undefined, content: Record<string, unknown>): string => {
  const attributes = namespace === undefined ? {} : { '@xmlns': namespace };
  const body = builder.build({ [root]: { ...attributes, ...(plain(content) as object) } });
  return `<?xml version="1.0" encoding="UTF-8"?>\n${body}`;
};

const plain = (value: unknown): unknown => {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.filter((item) => item !== undefined && item !== null).map(plain);
  if (typeof value !== 'object' || value === null) return String(value);
  const members: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (member !== undefined && member !== null) members[key] = plain(member);
  }
  return members;
};
