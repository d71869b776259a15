import type { z } from 'zod';
import type { AuditAnchor } from '../../core/contracts/audit.ts';

export interface Route {
  readonly method: string;
  readonly path: string;
  readonly query: z.ZodType;
  readonly body: z.ZodType | undefined;
  readonly status: number;
  readonly answer: z.ZodType;
  /** What it answers (202) while it waits for a second person. */
  readonly pending?: z.ZodType;
}

/** `/jobs/{jobId}/cancel` → `{ jobId: string }` */
type ParamsOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? { readonly [K in Name]: string } & ParamsOf<Rest>
  : unknown;

export interface RequestOf<R extends Route> {
  readonly params: ParamsOf<R['path']>;
  readonly query: z.output<R['query']>;
  readonly body: R['body'] extends z.ZodType ? z.output<R['body']> : undefined;
  /** Of a POST. */
  readonly idempotencyKey?: string;
  /** The audit log's entry of a request that is recorded before it is done. */
  readonly audited?: AuditAnchor;
}

/** A route of the contract, with the use case that serves it; `Context` is what the router knows of the caller. */
export interface Endpoint<Context> {
  readonly route: Route;
  readonly segments: readonly string[];
  handle(context: Context, request: RequestOf<Route>): Promise<unknown>;
}

export const segmentsOf = (path: string): readonly string[] => path.split('/').slice(1);

/** Holds the use case against the route's types, then forgets them, so that routes of all kinds go into one table. */
export const endpoint = <const R extends Route, Context>(
  route: R,
  handle: (context: Context, request: RequestOf<R>) => Promise<z.input<R['answer']>>,
): Endpoint<Context> => ({
  route,
  segments: segmentsOf(route.path),
  handle: handle as Endpoint<Context>['handle'],
});
