import { XMLParser } from 'fast-xml-parser';
import { malformedXml } from './errors.ts';

export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const escapeText = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: S3 writes control characters of keys as references
  text.replace(/[&<>"\x00-\x1f]/g, (char) => ESCAPES[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);

const element = (name: string, value: XmlValue): string => {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join('');
  if (typeof value === 'object') {
    const members = Object.entries(value as Record<string, XmlValue>).map(([key, member]) => element(key, member));
    return `<${name}>${members.join('')}</${name}>`;
  }
  return `<${name}>${escapeText(String(value))}</${name}>`;
};

/** A document in S3's namespace: members become elements, lists repeat theirs, undefined is left out. */
export const xmlDocument = (root: string, value: Readonly<Record<string, XmlValue>>): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, value).replace(
    `<${root}>`,
    `<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`,
  )}`;

const parser = new XMLParser({
  ignoreAttributes: true,
  parseTagValue: false,
  trimValues: false,
  htmlEntities: true,
  removeNSPrefix: true,
});

export type XmlNode = Readonly<Record<string, unknown>>;

/** The members of the document's root element, which must be `root`; an absent body has none. */
export const readXml = (body: Buffer, root: string): XmlNode => {
  if (body.length === 0) return {};
  let parsed: unknown;
  try {
    parsed = parser.parse(body.toString('utf8'));
  } catch {
    throw malformedXml();
  }
  const node = (parsed as XmlNode)[root];
  if (node === undefined) throw malformedXml();
  return typeof node === 'object' && node !== null ? (node as XmlNode) : {};
};

export const xmlText = (node: unknown): string | undefined =>
  typeof node === 'string' ? node : typeof node === 'number' ? String(node) : undefined;

export const xmlList = (node: unknown): XmlNode[] => {
  const items = Array.isArray(node) ? node : node === undefined ? [] : [node];
  return items.filter((item): item is XmlNode => typeof item === 'object' && item !== null);
};
