/** Of one block: its index (uint32 LE), then its SHA-256. A volume of 64 TiB has 2^27 blocks. */
export const CHECKSUM_ENTRY_BYTES = 36;
const SHA_BYTES = 32;

/** The checksums of the blocks that an order wrote, collected in any order, put out ascending. */
export const createChecksumList = () => {
  const entries = new Map<number, Uint8Array>();
  return {
    add(index: number, sha: Uint8Array): void {
      entries.set(index, Uint8Array.prototype.slice.call(sha));
    },
    count: (): number => entries.size,
    toBytes(): Buffer {
      const bytes = Buffer.alloc(entries.size * CHECKSUM_ENTRY_BYTES);
      const indexes = [...entries.keys()].sort((a, b) => a - b);
      for (const [place, index] of indexes.entries()) {
        bytes.writeUInt32LE(index, place * CHECKSUM_ENTRY_BYTES);
        const sha = entries.get(index);
        if (sha?.length !== SHA_BYTES) throw new RangeError(`the checksum of block ${index} has no 32 bytes`);
        bytes.set(sha, place * CHECKSUM_ENTRY_BYTES + 4);
      }
      return bytes;
    },
  };
};

/** Index and checksum of every entry, in the order of the bytes. */
export function* checksumEntries(bytes: Uint8Array): Generator<{ index: number; sha: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + CHECKSUM_ENTRY_BYTES <= bytes.length; at += CHECKSUM_ENTRY_BYTES)
    yield { index: view.getUint32(at, true), sha: bytes.subarray(at + 4, at + CHECKSUM_ENTRY_BYTES) };
}
