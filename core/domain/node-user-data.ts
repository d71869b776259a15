/**
 * What an access node's instance runs as it boots: writes the node's settings, fetches and installs its software unless
 * the image has it installed, and starts it as a service. The settings stand between two lines that nothing else contains, one NAME=value
 * each, so that whoever boots a node by other means (the local cloud) can read them out of the user data.
 */
import { ACCESS_NODE_TAG, type AutomaticNodes } from './automatic-nodes.ts';

const BEGIN = "cat > /etc/holdfast/node.env <<'HOLDFAST-SETTINGS'";
const END = 'HOLDFAST-SETTINGS';

/** A systemd environment file has one value a line; quotes and dollars would be read as more than they are. */
const PLAIN = /^[\w.:/@,+=-]*$/;

/**
 * ARN of the object that `s3://bucket/key` names: what nodes that fetch their software may read, and nothing else.
 * Errors: RangeError for what is no such name, or would be a pattern in an ARN.
 */
export const softwareArn = (software: string): string => {
  const [, object] = /^s3:\/\/([a-z0-9.-]+\/.+)$/.exec(software) ?? [];
  if (object === undefined || !PLAIN.test(software) || object.endsWith('/'))
    throw new RangeError(
      `the software of access nodes cannot be ${JSON.stringify(software)}: s3://bucket/key is needed`,
    );
  return `arn:aws:s3:::${object}`;
};

/** The package's own script makes the service, and ends with an error if the node does not become healthy. */
const installation = (software: string): string => `install -d -m 0755 /opt/holdfast-node
aws s3 cp --no-progress '${software}' - | tar -xz -C /opt/holdfast-node
/opt/holdfast-node/install.sh`;

/** Plain text, not encoded. Errors: RangeError for a setting that a line of an environment file cannot hold as it is. */
export const nodeUserData = ({ environment, software }: Pick<AutomaticNodes, 'environment' | 'software'>): string => {
  for (const [name, value] of Object.entries({ ...environment, software: software ?? '' })) {
    if (!/^[A-Za-z_]\w*$/.test(name) || !PLAIN.test(value))
      throw new RangeError(`the setting ${name} of an access node cannot be ${JSON.stringify(value)}`);
  }
  return `#!/bin/bash
# An access node of Holdfast (${ACCESS_NODE_TAG}).
set -euo pipefail
install -d -m 0700 /etc/holdfast
${BEGIN}
${Object.entries(environment)
  .map(([name, value]) => `${name}=${value}`)
  .join('\n')}
${END}
imds=http://169.254.169.254/latest
token=$(curl -sSf --retry 5 -X PUT "$imds/api/token" -H 'X-aws-ec2-metadata-token-ttl-seconds: 300')
about() { curl -sSf --retry 5 -H "X-aws-ec2-metadata-token: $token" "$imds/meta-data/$1"; }
instance=$(about instance-id)
{
  echo "HOLDFAST_NODE_ID=node-$instance"
  echo "HOLDFAST_NODE_NAME=$instance"
  echo "HOLDFAST_NODE_ORIGIN=automatic"
  echo "HOLDFAST_EC2_INSTANCE_ID=$instance"
  echo "HOLDFAST_ZONE=$(about placement/availability-zone)"
} >> /etc/holdfast/node.env
${software === undefined ? 'systemctl enable --now holdfast-node' : installation(software)}
`;
};

/** The settings out of such user data (plain text); undefined if it is not an access node's. */
export const settingsOfUserData = (text: string): Readonly<Record<string, string>> | undefined => {
  const lines = text.split('\n');
  const begin = lines.indexOf(BEGIN);
  const end = lines.indexOf(END);
  if (begin < 0 || end < begin) return undefined;
  return Object.fromEntries(
    lines.slice(begin + 1, end).map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at), line.slice(at + 1)];
    }),
  );
};
