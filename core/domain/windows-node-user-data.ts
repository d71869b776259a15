/** As node-user-data.ts, for Windows: PowerShell that EC2 runs once, as the instance first boots. */
import { ACCESS_NODE_TAG, type AutomaticNodes } from './automatic-nodes.ts';
import { nodeUserData, readSoftware } from './node-user-data.ts';

/** The package unpacked: its script makes the service, and ends with an error if the node does not become healthy. */
const installation = (software: string): string => {
  const { bucket, key, sha256 } = readSoftware(software);
  const check = `if ((Get-FileHash -Algorithm SHA256 -Path "$env:TEMP\\holdfast-node.zip").Hash -ne '${sha256}') { throw 'the archive has another SHA-256' }\n`;
  return `$prefix = "$env:ProgramFiles\\Holdfast Node"
Read-S3Object -BucketName '${bucket}' -Key '${key}' -File "$env:TEMP\\holdfast-node.zip" | Out-Null
${sha256 === undefined ? '' : check}Expand-Archive -Force -Path "$env:TEMP\\holdfast-node.zip" -DestinationPath $prefix
& "$prefix\\install.ps1"`;
};

/** Plain text, not encoded. Errors: RangeError for a setting that a line of an environment file cannot hold as it is. */
export const windowsNodeUserData = ({
  environment,
  software,
}: Pick<AutomaticNodes, 'environment' | 'software'>): string => {
  // What a line cannot hold is refused there.
  nodeUserData({ environment });
  return `<powershell>
# An access node of Holdfast (${ACCESS_NODE_TAG}).
$ErrorActionPreference = 'Stop'
$data = "$env:ProgramData\\Holdfast Node"
New-Item -ItemType Directory -Force -Path $data | Out-Null
$imds = 'http://169.254.169.254/latest'
$token = Invoke-RestMethod -Method Put -Uri "$imds/api/token" -Headers @{ 'X-aws-ec2-metadata-token-ttl-seconds' = '300' }
function Get-About($what) { Invoke-RestMethod -Uri "$imds/meta-data/$what" -Headers @{ 'X-aws-ec2-metadata-token' = $token } }
$instance = Get-About 'instance-id'
@'
${Object.entries(environment)
  .map(([name, value]) => `${name}=${value}`)
  .join('\n')}
'@, @"
HOLDFAST_NODE_ID=node-$instance
HOLDFAST_NODE_NAME=$instance
HOLDFAST_NODE_ORIGIN=automatic
HOLDFAST_EC2_INSTANCE_ID=$instance
HOLDFAST_ZONE=$(Get-About 'placement/availability-zone')
"@ | Set-Content -Encoding ascii -Path "$data\\node.env"
${software === undefined ? "Start-Service -Name 'HoldfastNode'" : installation(software)}
</powershell>
`;
};
