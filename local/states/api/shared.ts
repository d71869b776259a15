import { z } from 'zod';
import { AwsError } from '../../kernel/errors.ts';
import type { Access } from '../../kernel/service.ts';
import { arnOf } from '../arns.ts';

export const arn = z.string().min(1).max(2000);
export const maxResults = z.number().int().min(0).max(1000).optional();
export const nextToken = z.string().min(1).max(1024).optional();

export const seconds = (milliseconds: number): number => milliseconds / 1000;

export const permit = (action: string, resource = '*', more: Partial<Access> = {}): Access => ({
  action: `states:${action}`,
  resource,
  ...more,
});

export const machineArnOf = (call: { region: string; accountId: string }, name: string): string =>
  arnOf('stateMachine', call.region, call.accountId, name);

/** One page of a list: `token` says how many came before. */
export const page = <T>(
  all: readonly T[],
  { maxResults: most, nextToken: token }: { maxResults?: number | undefined; nextToken?: string | undefined },
): { items: readonly T[]; nextToken?: string } => {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(from) || from < 0) throw new AwsError('InvalidToken', `Invalid Token: 'Invalid token'`);
  const to = from + (most || 100);
  return {
    items: all.slice(from, to),
    ...(to < all.length ? { nextToken: Buffer.from(String(to)).toString('base64url') } : {}),
  };
};
