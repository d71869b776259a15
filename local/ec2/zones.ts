export interface Zone {
  readonly name: string;
  readonly zoneId: string;
}

/** Regions that the local cloud has, with AWS's short names for their zones. */
const REGIONS: Readonly<Record<string, string>> = {
  'us-east-1': 'use1',
  'us-east-2': 'use2',
  'us-west-1': 'usw1',
  'us-west-2': 'usw2',
  'ca-central-1': 'cac1',
  'sa-east-1': 'sae1',
  'eu-central-1': 'euc1',
  'eu-north-1': 'eun1',
  'eu-west-1': 'euw1',
  'eu-west-2': 'euw2',
  'eu-west-3': 'euw3',
  'ap-northeast-1': 'apne1',
  'ap-northeast-2': 'apne2',
  'ap-south-1': 'aps1',
  'ap-southeast-1': 'apse1',
  'ap-southeast-2': 'apse2',
};

export const regionNames: readonly string[] = Object.keys(REGIONS);

/** Three zones in every region. (AWS shuffles names against ids from account to account; here they stay in order.) */
export const zonesOf = (region: string): readonly Zone[] => {
  const short = REGIONS[region] ?? region.replaceAll('-', '');
  return ['a', 'b', 'c'].map((letter, i) => ({ name: `${region}${letter}`, zoneId: `${short}-az${i + 1}` }));
};

export const zoneById = (region: string, zoneId: string | undefined): string | undefined =>
  zonesOf(region).find((zone) => zone.zoneId === zoneId)?.name;
