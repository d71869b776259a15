import { createRequire } from 'node:module';
import type { DispatchFunc, InjectOptions, Response } from 'light-my-request';
import type { Cloud } from '../../local/cloud.ts';
import { runAsCloud } from './virtual/sim-process.ts';

const inject = createRequire(import.meta.url)('light-my-request') as (
  dispatch: DispatchFunc,
  options: InjectOptions,
) => Promise<Response>;

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface WireCall {
  readonly method: string;
  /** With its query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
}

/** Hands a request to the cloud without a socket. Undefined: the cloud cut the connection. */
export const sendToCloud = (cloud: Pick<Cloud, 'handle'>, call: WireCall): Promise<WireAnswer | undefined> =>
  runAsCloud(
    () =>
      new Promise((resolve) => {
        const { method, target, headers, body } = call;
        const length = body === undefined ? {} : { 'content-length': String(body.length) };
        inject(
          ((message, response) => {
            const cut = (): void => resolve(undefined);
            Object.assign(message.socket, { destroy: cut, resetAndDestroy: cut });
            cloud.handle(message as never, response as never);
          }) as DispatchFunc,
          {
            method: method as 'GET',
            url: target,
            headers: { ...headers, ...length },
            ...(body === undefined ? {} : { payload: body }),
            validate: false,
          } as InjectOptions,
        ).then(
          (answer) =>
            resolve({
              status: answer.statusCode,
              headers: {
                ...Object.fromEntries(
                  Object.entries(answer.headers).flatMap(([name, value]) =>
                    value === undefined ? [] : [[name, String(value)]],
                  ),
                ),
                // Node's own has the machine's time, by which the SDK would set its clock.
                date: new Date().toUTCString(),
              },
              body: answer.rawPayload,
            }),
          // the cloud destroyed its response
          () => resolve(undefined),
        );
      }),
  );
