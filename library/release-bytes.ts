/** Less is not worth it, and may be a part of the memory that small Buffers share (`Buffer.poolSize`). */
const LEAST_BYTES = Math.max(64 * 1024, Buffer.poolSize + 1);

/**
 * Gives a buffer's memory back at once, all of what it is a view of: a block that compresses to 10 KiB lies in the 640
 * KiB that zlib wrote it to. The collector does not see what lies outside its heap until some 64 MiB a thread have come
 * together: with two threads that was half of a restore's peak, and a third of an import's. Only for what nobody else
 * refers to, no socket and no file either. The buffer is empty afterwards.
 */
export const releaseBytes = ({ buffer }: Uint8Array): void => {
  if (buffer.byteLength >= LEAST_BYTES && buffer instanceof ArrayBuffer) buffer.transfer(0);
};
