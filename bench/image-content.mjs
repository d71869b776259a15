/** What make-image.sh puts into its images. Plain JavaScript: the shell calls it with any Node. */
import { createCipheriv } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';

const MIB = 1_048_576;
const BLOCK = 524_288;
const PAGE = 16_384;

/** The same bytes for the same seed, at the speed of AES. */
const randomOf = (seed) => {
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, seed), Buffer.alloc(16));
  const bytes = (count) => cipher.update(Buffer.alloc(count));
  return { bytes, below: (most) => bytes(4).readUInt32LE(0) % most };
};

const LINE = 'Nov 22 06:11:45 host app[123]: request served status=200 bytes=5123 path=/api/v1/items\n';

/** Media that no compression helps, a database of half random pages, a log. */
const fill = (tree, mib, seed) => {
  const { bytes } = randomOf(seed + 7);
  for (let clip = 0; clip < (mib * 0.08) / 16; clip++)
    fs.writeFileSync(join(tree, `srv/media/clip${clip}.bin`), bytes(16 * MIB));
  const db = fs.openSync(join(tree, 'var/lib/db/data.ibd'), 'w');
  for (let page = 0; page < (mib * MIB * 0.04) / PAGE; page++) {
    const content = Buffer.alloc(PAGE);
    const random = bytes(PAGE);
    for (let at = 0; at < PAGE; at += 64) {
      content.write(`row ${page * 256 + at / 64} user-${random.readUInt16LE(at)} status=ACTIVE `, at);
      random.copy(content, at + 40, at, at + 16);
    }
    fs.writeSync(db, content);
  }
  fs.closeSync(db);
  fs.writeFileSync(join(tree, 'var/log/app.log'), Buffer.alloc(mib * 4096, LINE));
};

const filesBelow = (folder) =>
  fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();

/** A day of use on the mounted file system. */
const work = (root, mib, seed) => {
  const { bytes, below } = randomOf(seed + 99);
  const path = join(root, 'var/lib/db/data.ibd');
  const db = fs.openSync(path, 'r+');
  const pages = Math.floor(fs.fstatSync(db).size / PAGE);
  for (let n = 0; n < pages * 0.022; n++) {
    const content = bytes(PAGE).fill(32, 0, PAGE / 2);
    fs.writeSync(db, content, 0, PAGE, below(Math.floor(pages * 0.85)) * PAGE);
  }
  fs.closeSync(db);
  const lines = Array.from(
    { length: mib * 12 },
    (_, n) =>
      `Nov 23 07:${n % 60}:01 host app[123]: request ${n} status=${200 + below(5)} bytes=${below(9999)} path=/api/v1/items/${below(1e6)}\n`,
  );
  fs.appendFileSync(join(root, 'var/log/app.log'), lines.join(''));
  fs.mkdirSync(join(root, 'home/new'), { recursive: true });
  for (let n = 0; n < Math.round((mib * 0.012) / 4); n++) {
    fs.writeFileSync(join(root, `home/new/up${n}.bin`), bytes(4 * MIB));
    const rows = Array.from(
      { length: 70_000 },
      () => `{"id":${below(1e9)},"n":"item-${below(1e5)}","v":${below(1e4) / 100}}`,
    );
    fs.writeFileSync(join(root, `home/new/doc${n}.json`), rows.join('\n').slice(0, 4 * MIB));
  }
  // some files are replaced by others of the same size, some go
  const files = filesBelow(join(root, 'usr'));
  const step = Math.max(1, Math.floor(files.length / 60));
  for (let n = 0, changed = 0; n < 200_000 && changed < mib * MIB * 0.003; n++) {
    const file = files[(below(40) + n * step) % files.length];
    const found = file && fs.lstatSync(file, { throwIfNoEntry: false });
    if (!found?.isFile() || found.size < 4096 || found.size > 4 * MIB) continue;
    const content = fs.readFileSync(file);
    for (let at = 0; at + 64 < content.length; at += 512) content[at] ^= below(255) + 1;
    fs.unlinkSync(file);
    fs.writeFileSync(file, content);
    changed += content.length;
  }
  for (let n = 0; n < 200; n++) fs.rmSync(files[(n * 37) % files.length] ?? '', { force: true });
};

/** Where nothing may be mounted: 5 % of the blocks, in short runs, get other content. */
const rewrite = (image, _, seed) => {
  const { bytes, below } = randomOf(seed + 99);
  const file = fs.openSync(image, 'r+');
  const blocks = Math.floor(fs.fstatSync(file).size / BLOCK);
  const wanted = Math.round(blocks * 0.05);
  for (let done = 0; done < wanted; ) {
    const at = below(Math.floor(blocks * 0.7));
    for (let run = 1 + below(6); run > 0 && done < wanted; run--, done++)
      fs.writeSync(file, bytes(65_536 + below(256) * 1024), 0, undefined, (at + run) * BLOCK);
  }
  fs.closeSync(file);
};

const compare = (folder, how) => {
  const [one, two] = ['v1.img', 'v2.img'].map((name) => join(folder, name));
  const [a, b] = [fs.openSync(one), fs.existsSync(two) ? fs.openSync(two) : undefined];
  const [x, y, zero] = [Buffer.alloc(BLOCK), Buffer.alloc(BLOCK), Buffer.alloc(BLOCK)];
  const changed = [];
  let zeros = 0;
  const blocksOf = (file) => (file === undefined ? 0 : Math.ceil(fs.fstatSync(file).size / BLOCK));
  const blocks = blocksOf(a);
  // beyond its end an image is zero, as a volume is that was made larger
  const read = (file, into, at) => into.fill(0, fs.readSync(file, into, 0, BLOCK, at * BLOCK));
  for (let at = 0; at < Math.max(blocks, blocksOf(b)); at++) {
    read(a, x, at);
    if (at < blocks && x.equals(zero)) zeros++;
    if (b === undefined) continue;
    read(b, y, at);
    if (!x.equals(y)) changed.push(at);
  }
  const list = Buffer.alloc(changed.length * 4);
  changed.forEach((index, at) => {
    list.writeUInt32LE(index, at * 4);
  });
  fs.writeFileSync(join(folder, 'changed'), list);
  console.log(JSON.stringify({ how, blocks, changed: changed.length, zeros }));
};

const [command, path, ...more] = process.argv.slice(2);
const commands = { fill, work, rewrite, compare };
commands[command](path, command === 'compare' ? more[0] : Number(more[0]), Number(more[1]));
