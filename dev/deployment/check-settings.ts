import { LATEST_IMAGE } from '../../core/domain/automatic-nodes.ts';
import { readSoftware, softwareArn } from '../../core/domain/node-user-data.ts';
import { refuseStage } from '../../core/domain/stage.ts';
import { ACCOUNT } from './pseudo-parameters.ts';

type Custom = Readonly<Record<string, unknown>>;

/** A resource of a policy as a pattern: `*` is anything, and the account any. */
const patternOf = (resource: string): RegExp =>
  new RegExp(
    `^${resource
      .split(ACCOUNT)
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*'))
      .join('\\d{12}')}$`,
  );

/**
 * What of `custom` in serverless.yml would deploy, and fail later where nobody looks: nodes that boot and may not fetch
 * their software. Errors: TypeError or RangeError that name the setting, before anything is packaged.
 */
export const checkSettings = (stage: string, custom: Custom): void => {
  refuseStage(stage);
  if (custom.nodeSubnets && !/^subnet-[0-9a-f]+(,subnet-[0-9a-f]+)*$/.test(String(custom.nodeSubnets)))
    throw new TypeError(`custom.nodeSubnets is ${custom.nodeSubnets}: subnet-…,subnet-… is needed, without spaces`);
  const objects = String(custom.nodeSoftwareObjects);
  for (const name of ['nodeSoftware', 'windowsNodeSoftware']) {
    const software = custom[name];
    if (software && !patternOf(objects).test(softwareArn(String(software))))
      throw new RangeError(
        `custom.${name} is ${software}, which custom.nodeSoftwareObjects (${objects}) does not take in: nodes could not fetch it`,
      );
  }
};

/** What is meant in some deployments, and a mistake in others: sentences. */
export const doubtfulSettings = (custom: Custom): readonly string[] => {
  const { firstService, nodeImage, nodeSoftware } = custom;
  const withoutHash = ['nodeSoftware', 'windowsNodeSoftware'].filter(
    (name) => custom[name] && readSoftware(String(custom[name])).sha256 === undefined,
  );
  return [
    ...(firstService === 'yes' && !nodeSoftware && (!nodeImage || nodeImage === LATEST_IMAGE)
      ? [
          'custom.nodeSoftware and custom.nodeImage are empty: automatic access nodes would boot without any software. ' +
            'Name one of them before you add a service hypervisor with --access-nodes automatic (docs/access-nodes.md).',
        ]
      : []),
    ...withoutHash.map(
      (name) =>
        `custom.${name} has no #sha256=…: nodes would run as root whatever lies there when they boot. ` +
        'npm run build:node prints what to write (docs/access-nodes.md).',
    ),
  ];
};
