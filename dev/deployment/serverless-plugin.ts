/** What `serverless.yml` needs of the framework beyond what it has: our bundles, and templates that fit every account. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFunctions } from './bundle-functions.ts';
import { checkSettings, doubtfulSettings } from './check-settings.ts';
import { firstServiceResources } from './first-service.ts';
import { inOrder, type Resources } from './order-of-making.ts';
import { ACCOUNT, substitutePseudoParameters } from './pseudo-parameters.ts';
import type { Deployment } from './read-serverless.ts';
import { vpcEndpoints } from './vpc-endpoints.ts';
import { zipFolder } from './zip-folder.ts';

/** The part of the framework that is used here; it has no types of its own. */
interface Serverless {
  readonly serviceDir: string;
  readonly service: Pick<Deployment, 'functions' | 'custom'> & {
    readonly service: string;
    readonly package: { artifact?: string };
    readonly provider: {
      compiledCloudFormationTemplate: { readonly Resources: Resources };
    };
  };
  getProvider(name: 'aws'): { getStage(): string; getRegion(): string };
}

interface Writers {
  readonly log: { warning(text: string): void };
}

export default class ServerlessPlugin {
  readonly hooks: Readonly<Record<string, () => Promise<void> | void>>;

  constructor(serverless: Serverless, _options: unknown, { log }: Writers) {
    this.hooks = {
      'before:package:cleanup': () => check(serverless, log),
      'before:package:createDeploymentArtifacts': () => bundle(serverless),
      'after:aws:package:finalize:mergeCustomProviderResources': () => complete(serverless),
    };
  }
}

const check = (serverless: Serverless, log: Writers['log']): void => {
  const { custom } = serverless.service;
  checkSettings(serverless.getProvider('aws').getStage(), custom);
  for (const doubt of doubtfulSettings(custom)) log.warning(doubt);
};

/** One zip for all functions, with what the local cloud runs; without source maps, which nothing there reads. */
const bundle = async ({ serviceDir, service }: Serverless): Promise<void> => {
  // Where the framework has what it makes, before it moves it to where --package says.
  const packageDir = join(serviceDir, '.serverless');
  const folder = join(packageDir, 'functions');
  mkdirSync(packageDir, { recursive: true });
  await bundleFunctions(service, serviceDir, folder);
  const artifact = join(packageDir, `${service.service}.zip`);
  writeFileSync(
    artifact,
    zipFolder(folder, 'functions/', (path) => path.endsWith('.mjs')),
  );
  rmSync(folder, { recursive: true });
  service.package.artifact = artifact;
};

/** Twelve digits where the account's number stands in names that are put together here. */
const SOME_ACCOUNT = '000000000000';

const complete = (serverless: Serverless): void => {
  const { provider, custom } = serverless.service;
  const aws = serverless.getProvider('aws');
  const place = { accountId: SOME_ACCOUNT, region: aws.getRegion(), stage: aws.getStage() };
  const first = JSON.stringify(firstServiceResources(place, custom)).replaceAll(SOME_ACCOUNT, () => ACCOUNT);
  const template = provider.compiledCloudFormationTemplate;
  provider.compiledCloudFormationTemplate = substitutePseudoParameters({
    ...template,
    Resources: inOrder({
      ...template.Resources,
      ...(custom.firstService === 'yes' ? JSON.parse(first) : {}),
      ...vpcEndpoints(place.region, custom),
    }),
  }) as typeof template;
};
