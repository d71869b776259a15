import type { IncomingMessage } from 'node:http';
import { AwsError } from '../kernel/errors.ts';
import type { ControlRoute } from '../kernel/service.ts';

/** GET shows a service's settings, PUT changes those that its JSON body names. */
export const settingsRoutes = (
  path: string,
  read: () => unknown,
  change: (changes: Readonly<Record<string, unknown>>) => unknown,
): ControlRoute[] => [
  {
    method: 'GET',
    path,
    handle(_, response) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(read()));
    },
  },
  {
    method: 'PUT',
    path,
    async handle(request, response) {
      const changed = apply(change, await readJson(request));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(changed));
    },
  },
];

const apply = (change: (changes: Readonly<Record<string, unknown>>) => unknown, changes: unknown): unknown => {
  try {
    return change(changes as Readonly<Record<string, unknown>>);
  } catch (error) {
    if (error instanceof RangeError) throw new AwsError('InvalidParameterValue', error.message);
    throw error;
  }
};

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  try {
    const body: unknown = JSON.parse(Buffer.concat(pieces).toString());
    if (typeof body === 'object' && body !== null) return body;
  } catch {
    // Answered below.
  }
  throw new AwsError('InvalidParameterValue', 'The body must be a JSON object.');
};
