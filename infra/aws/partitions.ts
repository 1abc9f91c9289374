/** By how the names of a partition's Regions begin, the most telling first (AWS SDK, partitions). */
const partitions = [
  { id: 'aws-us-gov', begins: 'us-gov-', home: 'us-gov-west-1' },
  { id: 'aws-cn', begins: 'cn-', home: 'cn-north-1' },
  { id: 'aws-eusc', begins: 'eusc-', home: 'eusc-de-east-1' },
  { id: 'aws', begins: '', home: 'us-east-1' },
] as const;

export function partitionOf(region: string): string {
  return partitions.find(({ begins }) => region.startsWith(begins))?.id ?? 'aws';
}

/** IAM is one for a partition; its events reach EventBridge in this Region alone (IAM User Guide, EventBridge). */
export function homeRegionOf(partition: string): string {
  return partitions.find(({ id }) => id === partition)?.home ?? 'us-east-1';
}
