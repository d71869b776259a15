import type { IncomingMessage, ServerResponse } from 'node:http';
import { z } from 'zod';
import { AwsError } from '../kernel/errors.ts';
import type { ControlRoute } from '../kernel/service.ts';
import { type Guest, OUTCOMES, VSS_STATES } from './records.ts';
import type { Ssm } from './ssm.ts';

const outcome = z.enum(OUTCOMES);

const Changes = z.strictObject({
  agent: z.boolean().optional(),
  commands: outcome.optional(),
  scripts: z.array(z.strictObject({ contains: z.string().min(1), outcome })).optional(),
  stdout: z.string().optional(),
  stderr: z.string().optional(),
  exitCode: z.int().min(1).max(255).optional(),
  vss: z.enum(VSS_STATES).optional(),
});

/** GET and PUT how a guest behaves; GET what was sent to guests, in order of sending. */
export const guestRoutes = (ssm: Ssm): ControlRoute[] => [
  {
    method: 'GET',
    path: '/ssm/instances/{instanceId}',
    handle: (_, response, { instanceId = '' }) => answer(response, ssm.guest(known(ssm, instanceId))),
  },
  {
    method: 'PUT',
    path: '/ssm/instances/{instanceId}',
    async handle(request, response, { instanceId = '' }) {
      const parsed = Changes.safeParse(await readJson(request));
      if (!parsed.success) throw new AwsError('InvalidParameterValue', z.prettifyError(parsed.error));
      const given = Object.entries(parsed.data).filter(([, value]) => value !== undefined);
      answer(response, ssm.changeGuest(known(ssm, instanceId), Object.fromEntries(given) as Partial<Guest>));
    },
  },
  {
    method: 'GET',
    path: '/ssm/commands',
    handle(_, response, __, query) {
      const instanceId = query.get('instanceId');
      const sent = [...ssm.invocations.entries()]
        .map(({ value }) => value)
        .filter((one) => instanceId === null || one.instanceId === instanceId)
        .sort((a, b) => a.requestedAt - b.requestedAt);
      answer(response, { commands: sent });
    },
  },
];

const known = (ssm: Ssm, instanceId: string): string => {
  if (ssm.instance(instanceId)) return instanceId;
  throw new AwsError('NotFound', `There is no instance ${instanceId}.`, 404);
};

const answer = (response: ServerResponse, content: unknown): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(content));
};

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  const pieces: Buffer[] = [];
  for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
  try {
    return JSON.parse(Buffer.concat(pieces).toString());
  } catch {
    throw new AwsError('InvalidParameterValue', 'The body must be JSON.');
  }
};
