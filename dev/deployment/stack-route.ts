import { text } from 'node:stream/consumers';
import type { Cloud } from '../../local/cloud.ts';
import { deployTemplate } from './deploy-template.ts';

/**
 * `PUT /_local/stacks/<account>/<stack name>` with a template as its body: what `aws cloudformation deploy` is on AWS.
 * Answers the outputs; what was asked for and cannot be, with 400 and why.
 */
export const serveStacks = (cloud: Cloud, region: string): void =>
  cloud.controlPath({
    method: 'PUT',
    path: '/stacks/{accountId}/{name}',
    async handle(request, response, { accountId = '', name = '' }) {
      try {
        const outputs = await deployTemplate(cloud, { accountId, region }, name, await text(request));
        response.writeHead(200, { 'content-type': 'application/json' }).end(`${JSON.stringify(outputs, null, 2)}\n`);
      } catch (error) {
        response.writeHead(400, { 'content-type': 'text/plain' });
        response.end(`${error instanceof Error ? error.message : String(error)}\n`);
      }
    },
  });
