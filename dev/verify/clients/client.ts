import { spawn } from 'node:child_process';
import { once } from 'node:events';

// biome-ignore lint/suspicious/noExplicitAny: what the AWS CLI answers has no types
export type Answer = any;

/** What a program of somebody else's is run with: who it is to AWS, and where AWS is. */
export interface Client {
  /** Its standard output. Throws with what it said unless it succeeds within two minutes. */
  run(program: string, args: readonly string[]): Promise<string>;
  /** The AWS CLI: its answer, parsed; undefined where there is none. */
  aws(...args: string[]): Promise<Answer>;
  /** The AWS CLI, refused: the name of the error. Throws if it succeeds. */
  refused(...args: string[]): Promise<string>;
}

export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

const LONGEST_MS = 120_000;

export const clientOf = (
  identity: Identity,
  place: { readonly endpoint: string; readonly region: string; readonly aws: string; readonly home: string },
): Client => {
  const env = {
    PATH: process.env.PATH ?? '',
    // no configuration of whoever runs this
    HOME: place.home,
    AWS_CONFIG_FILE: `${place.home}/config`,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: identity.accessKeyId,
    AWS_SECRET_ACCESS_KEY: identity.secretAccessKey,
    ...(identity.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: identity.sessionToken }),
    AWS_REGION: place.region,
    AWS_DEFAULT_REGION: place.region,
    AWS_ENDPOINT_URL: place.endpoint,
    AWS_PAGER: '',
  };
  const run = async (program: string, args: readonly string[]): Promise<string> => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const timer = setTimeout(() => child.kill(), LONGEST_MS);
    let [out, said] = ['', ''];
    child.stdout.on('data', (part) => {
      out += part;
    });
    child.stderr.on('data', (part) => {
      said += part;
    });
    const [code] = (await once(child, 'close')) as [number | null];
    clearTimeout(timer);
    if (code !== 0) throw new Error(`${program.split('/').at(-1)} ${args.join(' ')}: ${said.trim() || `exit ${code}`}`);
    return out;
  };
  // for SQS the AWS CLI 1 has a host of its own that goes before AWS_ENDPOINT_URL
  const always = ['--endpoint-url', place.endpoint, '--output', 'json'];
  const aws = async (...args: string[]): Promise<Answer> => {
    const out = await run(place.aws, [...args, ...always]);
    try {
      return out.trim() === '' ? undefined : (JSON.parse(out) as unknown);
    } catch {
      return out;
    }
  };
  return {
    run,
    aws,
    async refused(...args) {
      const error = await aws(...args).then(
        () => undefined,
        (reason: Error) => reason,
      );
      if (!error) throw new Error(`aws ${args.join(' ')} succeeded`);
      return /An error occurred \((\w+(?:\.\w+)*)\)/.exec(error.message)?.[1] ?? error.message;
    },
  };
};
