/** Smaller ones may lie in the memory that Buffers share, and are not worth it. */
const LEAST_BYTES = 64 * 1024;

/**
 * Gives a buffer's memory back at once. The collector does not see what lies outside its heap until some 64 MiB a thread
 * have come together: with two threads that was half of a restore's peak. Only for what nobody else refers to, no
 * socket and no file either. The buffer is empty afterwards.
 */
export const releaseBytes = ({ buffer, byteLength }: Uint8Array): void => {
  if (byteLength >= LEAST_BYTES && buffer instanceof ArrayBuffer) buffer.transfer(0);
};
