import { AwsError } from '../kernel/errors.ts';
import { preconditionFailed } from './errors.ts';
import { unquote, type Version } from './objects.ts';

export interface ReadConditions {
  readonly IfMatch?: string | undefined;
  readonly IfNoneMatch?: string | undefined;
  readonly IfModifiedSince?: string | undefined;
  readonly IfUnmodifiedSince?: string | undefined;
}

const matches = (list: string, etag: string): boolean =>
  list.split(',').some((item) => item.trim() === '*' || unquote(item.trim()) === etag);

/** HTTP dates have whole seconds only. */
const seconds = (time: number): number => Math.floor(time / 1000);

/** Throws PreconditionFailed (412) or NotModified (304); ETag conditions go before those on time, as in RFC 9110. */
export const assertReadConditions = (conditions: ReadConditions, version: Version): void => {
  if (conditions.IfMatch !== undefined) {
    if (!matches(conditions.IfMatch, version.etag)) throw preconditionFailed('If-Match');
  } else if (conditions.IfUnmodifiedSince !== undefined) {
    if (seconds(version.modified) > seconds(Date.parse(conditions.IfUnmodifiedSince)))
      throw preconditionFailed('If-Unmodified-Since');
  }
  const notModified =
    conditions.IfNoneMatch !== undefined
      ? matches(conditions.IfNoneMatch, version.etag)
      : conditions.IfModifiedSince !== undefined &&
        seconds(version.modified) <= seconds(Date.parse(conditions.IfModifiedSince));
  if (notModified) throw new AwsError('NotModified', 'Not Modified', 304);
};

/** The bytes that a Range header asks for; undefined for all of them. Throws InvalidRange (416). */
export const rangeOf = (header: string | undefined, size: number): { start: number; end: number } | undefined => {
  const match = header === undefined ? undefined : /^bytes=(\d*)-(\d*)$/.exec(header);
  const [, first = '', last = ''] = match ?? [];
  // A range that cannot be understood is ignored, as HTTP demands.
  if (!match || (first === '' && last === '') || (first !== '' && last !== '' && Number(last) < Number(first)))
    return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= end)
    throw new AwsError('InvalidRange', 'The requested range is not satisfiable', 416, {
      RangeRequested: header ?? '',
      ActualObjectSize: String(size),
    });
  return { start, end };
};
