import type { ResourceDefinition } from './read-serverless.ts';

/**
 * What keeps access nodes' traffic to EBS direct, S3 and SQS in their VPC. `custom` names it (`endpointsVpc`, its CIDR,
 * subnets and route tables, separated by commas); without a VPC there are none. Errors: it is named in part only.
 */
export const vpcEndpoints = (
  region: string,
  custom: Readonly<Record<string, unknown>>,
): Readonly<Record<string, ResourceDefinition>> => {
  const { endpointsVpc, endpointsCidr, endpointsSubnets, endpointsRouteTables } = custom;
  if (!endpointsVpc) return {};
  const needed = { vpcCidr: endpointsCidr, subnets: endpointsSubnets, routeTables: endpointsRouteTables };
  for (const [name, value] of Object.entries(needed))
    if (!value) throw new Error(`endpoints in ${endpointsVpc} need --param ${name}=… too (docs/deploying.md)`);
  const list = (value: unknown): readonly string[] => String(value).split(',');
  const own = { Key: 'Name', Value: `${custom.name} endpoints` };
  const behind = (service: string): ResourceDefinition => ({
    Type: 'AWS::EC2::VPCEndpoint',
    Properties: {
      VpcEndpointType: 'Interface',
      VpcId: endpointsVpc,
      ServiceName: `com.amazonaws.${region}.${service}`,
      PrivateDnsEnabled: true,
      SubnetIds: list(endpointsSubnets),
      SecurityGroupIds: [{ 'Fn::GetAtt': ['EndpointsSecurityGroup', 'GroupId'] }],
    },
  });
  return {
    EndpointsSecurityGroup: {
      Type: 'AWS::EC2::SecurityGroup',
      Properties: {
        GroupDescription: 'Access nodes to endpoints of EBS and SQS',
        VpcId: endpointsVpc,
        SecurityGroupIngress: [
          { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: endpointsCidr, Description: 'TLS from the VPC' },
        ],
        Tags: [own],
      },
    },
    EbsEndpoint: behind('ebs'),
    SqsEndpoint: behind('sqs'),
    S3Endpoint: {
      Type: 'AWS::EC2::VPCEndpoint',
      Properties: {
        VpcEndpointType: 'Gateway',
        VpcId: endpointsVpc,
        ServiceName: `com.amazonaws.${region}.s3`,
        RouteTableIds: list(endpointsRouteTables),
      },
    },
  };
};
