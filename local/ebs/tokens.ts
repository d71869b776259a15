import { hash, timingSafeEqual } from 'node:crypto';
import { invalid } from './errors.ts';

const BLOCK_TOKEN_LIVES_MS = 7 * 86_400_000;
const PAGE_TOKEN_LIVES_MS = 3_600_000;
const TIME_BYTES = 6;
const SEAL_BYTES = 20;

/** Block tokens (7 days) and page tokens (60 minutes), sealed so that only what was handed out is taken. */
export class Tokens {
  readonly #secret: string;

  constructor(secret: Buffer) {
    this.#secret = secret.toString('hex');
  }

  /** When block tokens handed out now end, ms since 1970. */
  expiry(now: number): number {
    return now + BLOCK_TOKEN_LIVES_MS;
  }

  /** 36 characters of base64 for one block of one snapshot. */
  blockToken(snapshotId: string, index: number, expiry: number): string {
    const token = Buffer.allocUnsafe(TIME_BYTES + SEAL_BYTES);
    token.writeUIntBE(expiry, 0, TIME_BYTES);
    this.#seal(`block ${snapshotId} ${index} ${expiry}`).copy(token, TIME_BYTES);
    return token.toString('base64');
  }

  /** Throws unless the token is for this block and still lives. */
  checkBlockToken(token: string, snapshotId: string, index: number, now: number): void {
    const bytes = Buffer.from(token, 'base64');
    const expiry = bytes.length === TIME_BYTES + SEAL_BYTES ? bytes.readUIntBE(0, TIME_BYTES) : 0;
    const seal = this.#seal(`block ${snapshotId} ${index} ${expiry}`);
    if (expiry > 0 && timingSafeEqual(seal, bytes.subarray(TIME_BYTES)) && expiry > now) return;
    throw invalid(
      'INVALID_BLOCK_TOKEN',
      `The block token for block ${index} of '${snapshotId}' is invalid or expired.`,
    );
  }

  /** A page token: where a list goes on. `what` names the list, so that a token fits no other. */
  pageToken(what: string, start: number, afterEmpty: boolean, now: number): string {
    const place = `${now + PAGE_TOKEN_LIVES_MS} ${start} ${afterEmpty ? 1 : 0}`;
    return Buffer.concat([this.#seal(`page ${what} ${place}`), Buffer.from(place)]).toString('base64');
  }

  readPageToken(what: string, token: string, now: number): { start: number; afterEmpty: boolean } {
    const bytes = Buffer.from(token, 'base64');
    const place = bytes.subarray(SEAL_BYTES).toString();
    const [expiry = 0, start = 0, afterEmpty = 0] = place.split(' ').map(Number);
    const seal = this.#seal(`page ${what} ${place}`);
    if (bytes.length > SEAL_BYTES && timingSafeEqual(seal, bytes.subarray(0, SEAL_BYTES)) && expiry > now)
      return { start, afterEmpty: afterEmpty === 1 };
    throw invalid('INVALID_PAGE_TOKEN', 'The page token is invalid or expired.');
  }

  /** A third of an HMAC's cost (a page has up to 20,000 tokens), and, being cut short, as hard to extend. */
  #seal(text: string): Buffer {
    return hash('sha256', `${this.#secret} ${text}`, 'buffer').subarray(0, SEAL_BYTES);
  }
}
