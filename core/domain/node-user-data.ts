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

export interface NodeSoftware {
  readonly bucket: string;
  readonly key: string;
  /** What the archive has to have, in lower-case hexadecimal digits; absent: it is taken as it is. */
  readonly sha256?: string;
}

/**
 * Reads `s3://bucket/key` or `s3://bucket/key#sha256=<hexadecimal digits>`. Errors: RangeError for what is no such name,
 * or would be a pattern in an ARN.
 */
export const readSoftware = (software: string): NodeSoftware => {
  const [, bucket, key, sha256] = /^s3:\/\/([a-z0-9.-]+)\/([^#]+)(?:#sha256=([0-9a-f]{64}))?$/.exec(software) ?? [];
  if (bucket === undefined || key === undefined || !PLAIN.test(key) || key.endsWith('/'))
    throw new RangeError(
      `the software of access nodes cannot be ${JSON.stringify(software)}: s3://bucket/key is needed, or s3://bucket/key#sha256=<64 hexadecimal digits>`,
    );
  return { bucket, key, ...(sha256 === undefined ? {} : { sha256 }) };
};

/** Of that object: what nodes that fetch their software may read, and nothing else. Errors: RangeError. */
export const softwareArn = (software: string): string => {
  const { bucket, key } = readSoftware(software);
  return `arn:aws:s3:::${bucket}/${key}`;
};

/** Nothing of an archive that is not the one that was named is unpacked. */
const unpacking = ({ bucket, key, sha256 }: NodeSoftware): string => {
  const fetch = `aws s3 cp --no-progress 's3://${bucket}/${key}'`;
  if (sha256 === undefined) return `${fetch} - | tar -xz -C /opt/holdfast-node`;
  return `archive=$(mktemp)
${fetch} "$archive"
echo "${sha256}  $archive" | sha256sum --check --status || { echo 'the archive has another SHA-256' >&2; exit 1; }
tar -xzf "$archive" -C /opt/holdfast-node
rm -f "$archive"`;
};

/** The package's own script makes the service, and ends with an error if the node does not become healthy. */
const installation = (software: NodeSoftware): string => `install -d -m 0755 /opt/holdfast-node
${unpacking(software)}
/opt/holdfast-node/install.sh`;

/** Plain text, not encoded. Errors: RangeError for a setting that a line of an environment file cannot hold as it is. */
export const nodeUserData = ({ environment, software }: Pick<AutomaticNodes, 'environment' | 'software'>): string => {
  for (const [name, value] of Object.entries(environment)) {
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
${software === undefined ? 'systemctl enable --now holdfast-node' : installation(readSoftware(software))}
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
