import { spawnSync } from 'node:child_process';

/** Node has no lseek. */
const SEEK = `
import errno, json, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
size = os.fstat(fd).st_size
ranges, at = [], 0
while at < size:
    try:
        start = os.lseek(fd, at, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:
            break
        raise
    at = max(os.lseek(fd, start, os.SEEK_HOLE), start + 1)  # a file that changes meanwhile
    ranges.append([start, at])
print(json.dumps(ranges))
`;

/**
 * Where a sparse file may hold anything but zeros: [from, to) in bytes, ascending. All of it where the system can't tell
 * (no Python, no lseek for holes): a volume of GiBs with a few MiB in it takes half a minute to read then, not a moment.
 */
export const dataRanges = (path: string, size: number): readonly (readonly [from: number, to: number])[] => {
  const told = spawnSync('python3', ['-I', '-S', '-c', SEEK, path], { encoding: 'utf8', maxBuffer: 64 * 1_048_576 });
  return told.status === 0 ? (JSON.parse(told.stdout) as [number, number][]) : [[0, size]];
};
