import { z } from 'zod';
import { notImplemented } from './errors.ts';
import type { ObjectHeaders } from './objects.ts';

/** Headers of writes that an object keeps: header → member. */
export const KEPT_HEADERS = {
  'content-type': 'ContentType',
  'cache-control': 'CacheControl',
  'content-disposition': 'ContentDisposition',
  'content-encoding': 'ContentEncoding',
  'content-language': 'ContentLanguage',
  expires: 'Expires',
  'x-amz-storage-class': 'StorageClass',
} as const;

/** Further headers of writes, accepted only where they ask for what this S3 does anyway. */
export const WRITE_HEADERS = {
  'x-amz-acl': 'ACL',
  'x-amz-server-side-encryption': 'ServerSideEncryption',
  'x-amz-object-lock-mode': 'ObjectLockMode',
  'x-amz-object-lock-retain-until-date': 'ObjectLockRetainUntilDate',
  'x-amz-object-lock-legal-hold': 'ObjectLockLegalHoldStatus',
} as const;

export const keptMembers = {
  ContentType: z.string().optional(),
  CacheControl: z.string().optional(),
  ContentDisposition: z.string().optional(),
  ContentEncoding: z.string().optional(),
  ContentLanguage: z.string().optional(),
  Expires: z.string().optional(),
  StorageClass: z.string().optional(),
  Metadata: z.record(z.string(), z.string()).optional(),
};

export const writeMembers = {
  /** ACLs are disabled, as in every bucket made today: only these two are accepted. */
  ACL: z.enum(['private', 'bucket-owner-full-control']).optional(),
  ServerSideEncryption: z.string().optional(),
  ObjectLockMode: z.string().optional(),
  ObjectLockRetainUntilDate: z.string().optional(),
  ObjectLockLegalHoldStatus: z.enum(['ON', 'OFF']).optional(),
};

export const refuseOtherEncryption = (encryption: string | undefined): void => {
  if (encryption !== undefined && encryption !== 'AES256') throw notImplemented('x-amz-server-side-encryption');
};

/** `aws-chunked` describes the transfer, and is not kept with the object. */
const withoutChunked = (encoding: string | undefined): string | undefined =>
  encoding
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== 'aws-chunked' && part !== '')
    .join(',') || undefined;

export const keptHeaders = (input: ObjectHeaders): ObjectHeaders => {
  const kept = {
    ContentType: input.ContentType ?? 'binary/octet-stream',
    CacheControl: input.CacheControl,
    ContentDisposition: input.ContentDisposition,
    ContentEncoding: withoutChunked(input.ContentEncoding),
    ContentLanguage: input.ContentLanguage,
    Expires: input.Expires,
    StorageClass: input.StorageClass,
    Metadata: input.Metadata,
  };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined));
};

export const renderKeptHeaders = (headers: ObjectHeaders): Record<string, string> => {
  const out: Record<string, string> = {};
  for (const [header, member] of Object.entries(KEPT_HEADERS)) {
    const value = headers[member];
    if (value !== undefined && !(member === 'StorageClass' && value === 'STANDARD')) out[header] = value;
  }
  for (const [name, value] of Object.entries(headers.Metadata ?? {})) out[`x-amz-meta-${name}`] = value;
  return out;
};
