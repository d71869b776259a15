/** `npm run local`: the local cloud on a data folder, with this project deployed to it, until it is stopped. */
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Command } from 'commander';
import { startConsole } from '../cli/console-server.ts';
import { approverCredentials } from './approver-credentials.ts';
import { buildConsole, consolePageDir } from './build-console.ts';
import { APPROVER } from './example-accounts.ts';
import { keepAccessNodes } from './keep-access-nodes.ts';
import { projectDir, startLocalHoldfast } from './local-holdfast.ts';

const { data, port, nodes } = new Command('npm run local --')
  .description(
    'Starts the local cloud with Holdfast deployed to it. Stop it with Ctrl-C; start it again: everything is still there.',
  )
  .option('--data <dir>', 'the data folder', resolve(projectDir, '.local'))
  .option('--port <n>', 'the port on 127.0.0.1', '4566')
  .option('--nodes <n>', 'access nodes to run for each service hypervisor that has them added by hand', '1')
  .parse()
  .opts<{ data: string; port: string; nodes: string }>();

await buildConsole({ ifOlder: true });
const local = await startLocalHoldfast({ dataDir: resolve(data), port: Number(port) });
const { cloud, apiUrl, accounts, place, dataDir } = local;

const profiles = [
  { profile: 'operator', user: accounts.operator, about: `of the service account ${place.accountId}` },
  {
    profile: APPROVER,
    user: accounts.approver,
    about: 'of the service account too, who may approve (profile approver)',
  },
  {
    profile: 'second-service',
    user: accounts.otherService.user,
    about: `of the account ${accounts.otherService.accountId}, which may become a service hypervisor too`,
  },
  ...accounts.tenants.map(({ name, accountId, user }) => ({
    profile: name,
    user,
    about: `of the account ${accountId}, which may become a tenant: invite it`,
  })),
];
// The role of approvers is assumed under one's own name.
const approverProfile = `[approver]\nrole_arn = arn:aws:iam::${place.accountId}:role/holdfast-${place.stage}-approver\nrole_session_name = ${APPROVER}\nsource_profile = ${APPROVER}\n`;
const credentialsFile = join(dataDir, 'credentials');
writeFileSync(
  credentialsFile,
  profiles
    .map(
      ({ profile, user }) =>
        `[${profile}]\naws_access_key_id = ${user.accessKeyId}\naws_secret_access_key = ${user.secretAccessKey}\n`,
    )
    .concat(approverProfile)
    .join('\n'),
  { mode: 0o600 },
);

const openedBy = [
  { name: 'operator', credentials: async () => accounts.operator },
  { name: 'approver', credentials: approverCredentials(local) },
  ...accounts.tenants.map(({ name, user }) => ({ name, credentials: async () => user })),
];
const consoles = await Promise.all(
  openedBy.map(async ({ name, credentials }) => ({
    name,
    server: await startConsole({
      url: new URL(apiUrl),
      region: place.region,
      credentials,
      pageDir: consolePageDir,
      port: 0,
      onOpened: (next) => console.log(`The console of ${name} once more: ${next}`),
    }),
  })),
);

console.log(`The local cloud runs at ${cloud.endpoint}, its data is in ${dataDir}. Stop it with Ctrl-C.

# For every shell that speaks to it; any AWS SDK or CLI does:
export AWS_ENDPOINT_URL=${cloud.endpoint} AWS_REGION=${place.region} AWS_DEFAULT_REGION=${place.region} AWS_SHARED_CREDENTIALS_FILE=${credentialsFile}
export HOLDFAST_API_URL=${apiUrl}

# Who you are:
${profiles
  .map(
    ({ profile, user, about }) =>
      `export AWS_PROFILE=${profile}   # ${about}\n#   access key ${user.accessKeyId}, secret key ${user.secretAccessKey}`,
  )
  .join('\n')}

# The console, each address for one browser; another one is printed once it was used:
${consoles.map(({ name, server }) => `#   ${name.padEnd(10)} ${server.address}`).join('\n')}

# A guest's disk (any bytes, any offset) is at
#   PUT ${cloud.endpoint}/_local/volumes/<volume id>/data?offset=<bytes>   with the header
#   x-local-control: ${cloud.controlToken}

# A template that holdfast prints is deployed in an account (AWS would do it with CloudFormation) by
#   curl -X PUT -H "x-local-control: ${cloud.controlToken}" --data-binary @template.json \\
#     ${cloud.endpoint}/_local/stacks/<account>/<any name>

Access nodes start by themselves: ${nodes} for each service hypervisor that you add with manual ones, and for one with
automatic ones as its Auto Scaling group launches them. Their logs are in ${dataDir}/logs.
`);

const keeping = keepAccessNodes(local, Number(nodes), (line) => console.log(line));
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    keeping.stop();
    void Promise.all(consoles.map(({ server }) => server.stop()))
      .then(() => local.stop())
      .then(() => process.exit(0));
  });
}
