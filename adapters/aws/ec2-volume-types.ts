/** EC2 describes IOPS and throughput for other types too, and refuses to be told them. */
export const volumePerformance = ({
  volumeType,
  iops,
  throughput,
}: {
  readonly volumeType: string;
  readonly iops?: number;
  readonly throughput?: number;
}): { Iops?: number; Throughput?: number } => ({
  ...(iops !== undefined && ['gp3', 'io1', 'io2'].includes(volumeType) ? { Iops: iops } : {}),
  ...(throughput !== undefined && volumeType === 'gp3' ? { Throughput: throughput } : {}),
});
