/**
 * The OpenAPI 3.1 document, from the schemas that requests and answers are checked with: what is served is what is
 * written. One for tenants, one for operators; neither names the other's routes.
 */
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import {
  approverRoutes,
  operatorRoutes,
  operatorTenantPrefix,
  operatorTenantRoutes,
  PathParameters,
  Problem,
  tenantRoutes,
} from '../../core/contracts/api.ts';
import { isDestructive } from '../../core/domain/audited-routes.ts';
import * as errors from '../../core/domain/errors.ts';
import type { Route } from './endpoint.ts';
import { namedSchemas } from './openapi-schemas.ts';

export type Audience = 'tenant' | 'operator';
export type OpenApiDocument = Readonly<Record<string, unknown>>;

const IdempotencyKey = z
  .string()
  .regex(/^[\w:.-]{1,128}$/)
  .optional()
  .meta({
    description:
      'Of the caller’s making, fresh for each new request: asked again under the same key, nothing is done twice. With another body it is refused.',
  });

/** Statuses that come with names of errors, and when they can come. */
const problemsOf = (route: Route): ReadonlySet<number> => {
  const { method, path, body, status } = route;
  return new Set([
    400,
    403,
    ...(path.includes('{') || body ? [404] : []),
    ...(method === 'GET' ? [] : [409]),
    ...(path.endsWith('/hypervisors') && method === 'POST' ? [422] : []),
    ...(isDestructive(route) ? [429] : []),
    500,
    ...(status === 202 || path.includes('plans') ? [501] : []),
    503,
  ]);
};

/** By its status: names from the very classes. */
const classes = Object.values(errors).filter(
  (each) => typeof each === 'function' && each.prototype instanceof errors.HoldfastError,
) as unknown as readonly (typeof errors.NotFound)[];
const namesOf = (status: number): readonly string[] =>
  classes.map((Class) => new Class('')).flatMap((error) => (error.status === status ? [error.name] : []));

const problemResponse = (status: number) => ({
  description: status === 500 ? 'InternalError, or what a job may fail with.' : `${namesOf(status).join(', ')}.`,
  content: { 'application/problem+json': { schema: Problem } },
});

const parametersOf = (path: string): z.ZodObject | undefined => {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as keyof typeof PathParameters);
  return names.length === 0 ? undefined : z.strictObject(Object.fromEntries(names.map((n) => [n, PathParameters[n]])));
};

/** `startBackupOfTenant` → `Start backup of tenant` */
const sentenceOf = (operationId: string): string => {
  const words = operationId.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${words[0]?.toUpperCase()}${words.slice(1)}`;
};

const operationOf = (operationId: string, route: Route): ZodOpenApiOperationObject => {
  const path = parametersOf(route.path);
  const query = route.query as z.ZodObject;
  return {
    operationId,
    summary: sentenceOf(operationId),
    requestParams: {
      ...(path ? { path } : {}),
      ...(Object.keys(query.shape).length > 0 ? { query } : {}),
      ...(route.method === 'POST' ? { header: z.object({ 'Idempotency-Key': IdempotencyKey }) } : {}),
    },
    ...(route.body ? { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } } : {}),
    responses: {
      [`${route.status}`]: { description: 'Done.', content: { 'application/json': { schema: route.answer } } },
      ...(route.pending
        ? {
            202: {
              description: 'Kept until a second person has approved it; nothing was done yet.',
              content: { 'application/json': { schema: route.pending } },
            },
          }
        : {}),
      ...Object.fromEntries([...problemsOf(route)].map((status) => [`${status}`, problemResponse(status)])),
    },
  };
};

const pathsOf = (routes: Readonly<Record<string, Route>>): ZodOpenApiPathsObject => {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const [operationId, route] of Object.entries(routes)) {
    paths[route.path] ??= {};
    (paths[route.path] as Record<string, unknown>)[route.method.toLowerCase()] = operationOf(operationId, route);
  }
  return paths;
};

/** Every route of one side, by its operation's id. */
export const routesOf = (audience: Audience): Readonly<Record<string, Route>> => {
  if (audience === 'tenant') return tenantRoutes;
  const onTenant = Object.entries(operatorTenantRoutes).map(([name, route]) => [
    `${name}OfTenant`,
    { ...route, path: `${operatorTenantPrefix}${route.path}` },
  ]);
  return { ...operatorRoutes, ...approverRoutes, ...Object.fromEntries(onTenant) };
};

const documents = new Map<Audience, OpenApiDocument>();

/** Built when it is first asked for: most starts of a function do not need it. */
export const openApiOf = (audience: Audience): OpenApiDocument => {
  const built = documents.get(audience) ?? (build(audience) as unknown as OpenApiDocument);
  documents.set(audience, built);
  return built;
};

const build = (audience: Audience) =>
  createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: audience === 'tenant' ? 'Holdfast' : 'Holdfast for operators',
        version: '1',
        license: { name: 'Apache License 2.0', identifier: 'Apache-2.0' },
        description:
          'Requests are signed with AWS credentials (SigV4, service execute-api). Errors are problem+json (RFC 9457); code is the error’s name.',
      },
      security: [{ sigv4: [] }],
      paths: pathsOf(routesOf(audience)),
      components: {
        schemas: namedSchemas(audience),
        securitySchemes: {
          sigv4: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: 'AWS Signature Version 4.',
            'x-amazon-apigateway-authtype': 'awsSigv4',
          },
        },
      },
    },
    { reused: 'inline' },
  );
