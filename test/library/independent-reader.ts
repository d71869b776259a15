/**
 * Reads a library in a folder by its recovery key. Written from docs/library-format.md alone, importing nothing of ours,
 * so that it fails when page and format part. To write a volume's image:
 * `node independent-reader.ts <folder> <recovery key> <tenant> <library> <recovery point> <volume> <file>`.
 */
import {
  createDecipheriv,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  hkdfSync,
} from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zstdDecompressSync } from 'node:zlib';

const BLOCK = 524_288;
const PAGE = 4096;

const must = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what);
};
const sha256 = (...parts: (Buffer | string)[]): Buffer => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const hmac = (key: Buffer, data: Buffer): Buffer => createHmac('sha256', key).update(data).digest();
const hkdf = (ikm: Buffer, salt: Buffer, info: string): Buffer => Buffer.from(hkdfSync('sha256', ikm, salt, info, 32));
const EMPTY = Buffer.alloc(0);

const openGcm = (key: Buffer, nonce: Buffer, aad: Buffer, sealed: Buffer): Buffer => {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: 16 });
  decipher.setAAD(aad);
  decipher.setAuthTag(sealed.subarray(-16));
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
};

const u32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
};
const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of(bytes.length & 255, bytes.length >> 8), bytes]);
};

class Fields {
  readonly #bytes: Buffer;
  #at = 0;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }
  take(length: number): Buffer {
    must(this.#at + length <= this.#bytes.length, 'content ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
  u8 = (): number => this.take(1).readUInt8();
  u16 = (): number => this.take(2).readUInt16LE();
  u32 = (): number => this.take(4).readUInt32LE();
  u64 = (): number => Number(this.take(8).readBigUInt64LE());
  blob = (): Buffer => this.take(this.u16());
  text = (): string => this.blob().toString('utf8');
  end = (): void => must(this.#at === this.#bytes.length, 'bytes left over');
}

interface Keys {
  readonly blockId: Buffer;
  readonly pageId: Buffer;
  readonly data: readonly Buffer[];
}

const KINDS = { pack: 1, index: 2, page: 3, map: 4, point: 5, condemned: 6 } as const;
type Kind = keyof typeof KINDS;

interface Header {
  readonly keyNumber: number;
  readonly salt: Buffer;
}

/** Opens what is sealed at a position of an object. */
const openAt = (keys: Keys, kind: Kind, name: string, header: Header, position: number, sealed: Buffer): Buffer => {
  const dataKey = keys.data[header.keyNumber - 1];
  if (!dataKey) throw new Error(`no data key ${header.keyNumber}`);
  const start = Buffer.concat([
    Buffer.from('HFST'),
    Buffer.of(1, KINDS[kind], 0, 0),
    u32(header.keyNumber),
    u32(0),
    header.salt,
  ]);
  const key = hkdf(dataKey, header.salt, `holdfast/1 ${kind}`);
  const nonce = Buffer.concat([u32(position), Buffer.alloc(8)]);
  return openGcm(key, nonce, Buffer.concat([start, u32(position), Buffer.from(name)]), sealed);
};

const openObject = (folder: string, keys: Keys, kind: Exclude<Kind, 'pack'>, name: string): Buffer => {
  const bytes = readFileSync(join(folder, name));
  const header = { keyNumber: bytes.readUInt32LE(8), salt: bytes.subarray(16, 48) };
  return openAt(keys, kind, name, header, 0, bytes.subarray(48));
};

const privateKeyFromText = (printed: string): Buffer => {
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
  const [prefix, ...groups] = printed.split('-');
  let bits = 0n;
  for (const digit of groups.join('')) bits = bits * 32n + BigInt(alphabet.indexOf(digit));
  const bytes = Buffer.from(bits.toString(16).padStart(70, '0'), 'hex');
  const raw = bytes.subarray(0, 32);
  must(prefix === 'hfrec1', 'not a recovery key');
  must(sha256('hfrec1', raw).subarray(0, 3).equals(bytes.subarray(32)), 'the recovery key is mistyped');
  return raw;
};

const X25519_PRIVATE = Buffer.from('302e020100300506032b656e04220420', 'hex');
const X25519_PUBLIC = Buffer.from('302a300506032b656e032100', 'hex');

const openSecret = (bytes: Buffer, n: number, recoveryKey: string, tenant: string, library: string): Buffer => {
  must(sha256(bytes.subarray(0, -32)).equals(bytes.subarray(-32)), `keys/${n}: checksum`);
  const fields = new Fields(bytes.subarray(0, -64));
  must(fields.take(8).equals(Buffer.from('HFKY\x01\0\0\0')) && fields.u32() === n, `keys/${n}: header`);
  must(fields.text() === tenant && fields.text() === library, `keys/${n}: of another library`);
  fields.text();
  fields.blob();
  const recipient = fields.take(32);
  const ephemeral = fields.take(32);
  const sealed = fields.blob();
  fields.end();
  const shared = diffieHellman({
    privateKey: createPrivateKey({
      key: Buffer.concat([X25519_PRIVATE, privateKeyFromText(recoveryKey)]),
      format: 'der',
      type: 'pkcs8',
    }),
    publicKey: createPublicKey({ key: Buffer.concat([X25519_PUBLIC, ephemeral]), format: 'der', type: 'spki' }),
  });
  const key = hkdf(shared, Buffer.concat([ephemeral, recipient]), 'holdfast/1 recovery');
  const aad = Buffer.concat([u32(n), text(tenant), text(library)]);
  const secret = openGcm(key, Buffer.alloc(12), aad, sealed);
  const mac = hmac(hkdf(secret, EMPTY, 'holdfast/1 key object'), bytes.subarray(0, -64));
  must(mac.equals(bytes.subarray(-64, -32)), `keys/${n}: MAC`);
  must(secret.length === 32 * (n + 1), `keys/${n}: secret`);
  return secret;
};

const openKeys = (folder: string, recoveryKey: string, tenant: string, library: string): Keys => {
  const n = Math.max(...readdirSync(join(folder, 'keys')).map(Number));
  const secret = openSecret(readFileSync(join(folder, `keys/${n}`)), n, recoveryKey, tenant, library);
  const keys = Array.from({ length: n + 1 }, (_, at) => secret.subarray(at * 32, at * 32 + 32));
  const [idKey = EMPTY, ...data] = keys;
  return { blockId: hkdf(idKey, EMPTY, 'holdfast/1 block id'), pageId: hkdf(idKey, EMPTY, 'holdfast/1 page id'), data };
};

interface Place {
  readonly pack: string;
  readonly header: Header;
  readonly position: number;
  readonly offset: number;
  readonly length: number;
  readonly encoding: number;
}

const openIndexes = (folder: string, keys: Keys): Map<string, Place> => {
  const places = new Map<string, Place>();
  for (const id of readdirSync(join(folder, 'index'))) {
    const fields = new Fields(openObject(folder, keys, 'index', `index/${id}`));
    fields.take(16 * fields.u32());
    for (let packs = fields.u32(); packs > 0; packs--) {
      const packId = fields.take(16).toString('hex');
      fields.u32();
      const header = { keyNumber: fields.u32(), salt: fields.take(32) };
      fields.text();
      const pack = `packs/${packId.slice(0, 2)}/${packId}`;
      const blocks = fields.u32();
      for (let position = 0, offset = 48; position < blocks; position++) {
        const blockId = fields.take(32).toString('hex');
        const word = fields.u32();
        const length = word % 2 ** 24;
        const encoding = Math.floor(word / 2 ** 24);
        places.set(blockId, { pack, header, position, offset, length, encoding });
        offset += length;
      }
    }
    fields.end();
  }
  return places;
};

/** The ids of a page's blocks, `undefined` for zeros. */
const openPage = (folder: string, keys: Keys, id: Buffer): (Buffer | undefined)[] => {
  const hex = id.toString('hex');
  const content = openObject(folder, keys, 'page', `pages/${hex.slice(0, 2)}/${hex}`);
  must(hmac(keys.pageId, content).equals(id), `page ${hex}: id`);
  const fields = new Fields(content);
  const count = fields.u32();
  const ids: (Buffer | undefined)[] = [];
  while (ids.length < count) {
    const [zeros, data] = [fields.u16(), fields.u16()];
    for (let at = 0; at < zeros; at++) ids.push(undefined);
    for (let at = 0; at < data; at++) ids.push(fields.take(32));
  }
  fields.end();
  must(ids.length === count, `page ${hex}: count`);
  return ids;
};

const readBlock = (folder: string, keys: Keys, id: Buffer, place: Place | undefined): Buffer => {
  if (!place) throw new Error(`no index names block ${id.toString('hex')}`);
  const { pack, header, position, offset, length, encoding } = place;
  const sealed = readFileSync(join(folder, pack)).subarray(offset, offset + length);
  const encoded = openAt(keys, 'pack', pack, header, position, sealed);
  const plain = encoding === 1 ? zstdDecompressSync(encoded) : encoded;
  must(plain.length === BLOCK && hmac(keys.blockId, sha256(plain)).equals(id), `block ${id.toString('hex')}: content`);
  return plain;
};

export interface VolumeName {
  readonly folder: string;
  readonly recoveryKey: string;
  readonly tenant: string;
  readonly library: string;
  readonly point: string;
  readonly volume: string;
}

/** The volume's size and its blocks with data, in order. */
export const readVolume = (name: VolumeName): { sizeBytes: number; blocks: Iterable<[number, Buffer]> } => {
  const { folder } = name;
  const [line = '', sum] = readFileSync(join(folder, 'format'), 'latin1').split('\n');
  must(sha256(line).toString('hex') === sum, 'format: checksum');
  must(line === '{"format":"holdfast-library","version":1,"blockBytes":524288,"pageBlocks":4096}', 'format: version');
  const keys = openKeys(folder, name.recoveryKey, name.tenant, name.library);
  const point = JSON.parse(openObject(folder, keys, 'point', `points/${name.point}`).toString('utf8'));
  must(point.recoveryPointId === name.point, 'point: id');
  const volume = point.volumes.find((each: { volumeId: string }) => each.volumeId === name.volume);

  const map = new Fields(openObject(folder, keys, 'map', `maps/${name.point}/${name.volume}`));
  must(map.text() === name.point && map.text() === name.volume, 'map: name');
  map.text();
  map.text();
  const sizeBytes = map.u64();
  const dataBlocks = map.u32();
  const pageCount = map.u32();
  const seal = map.take(32);
  const pages = Array.from({ length: pageCount }, () => {
    const page = { dataBlocks: map.u32(), id: map.take(32) };
    map.text();
    return page;
  });
  map.end();
  must(sha256(...pages.flatMap((page) => [u32(page.dataBlocks), page.id])).equals(seal), 'map: seal');
  must(seal.toString('hex') === volume.mapSeal && sizeBytes === volume.sizeBytes, 'map: not the one of the point');
  must(pages.reduce((total, page) => total + page.dataBlocks, 0) === dataBlocks, 'map: counts');

  const places = openIndexes(folder, keys);
  const blocks = function* (): Generator<[number, Buffer]> {
    for (const [number, page] of pages.entries()) {
      if (page.dataBlocks === 0) continue;
      const ids = openPage(folder, keys, page.id);
      must(ids.filter((id) => id).length === page.dataBlocks, `page ${number}: data blocks`);
      for (const [at, id] of ids.entries()) {
        if (id) yield [number * PAGE + at, readBlock(folder, keys, id, places.get(id.toString('hex')))];
      }
    }
  };
  return { sizeBytes, blocks: blocks() };
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = '', recoveryKey = '', tenant = '', library = '', point = '', volume = '', file = ''] =
    process.argv.slice(2);
  must(file !== '' && !existsSync(file), 'usage: see the head of this file; the image must not exist yet');
  const { sizeBytes, blocks } = readVolume({ folder, recoveryKey, tenant, library, point, volume });
  const image = openSync(file, 'wx');
  ftruncateSync(image, sizeBytes);
  for (const [index, plain] of blocks) writeSync(image, plain, 0, BLOCK, index * BLOCK);
  closeSync(image);
}
