/**
 * `npm run lock:complete`, after a change of dependencies behind a registry that holds packages of one platform only: npm
 * then leaves the other platforms' optional packages out of package-lock.json, and `npm ci` refuses the file. Adds them
 * by name, version, os and cpu; on those platforms npm fetches them, elsewhere it passes over them. Whether they are for
 * development only, they have from the package that names them; their licence from a sibling that the registry has.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  license?: string;
  integrity?: string;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  engines?: object;
  optionalDependencies?: Record<string, string>;
}

const FILE = 'package-lock.json';
const lock = JSON.parse(readFileSync(FILE, 'utf8')) as { packages: Record<string, Entry> };

const OS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const CPU = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 'riscv64', 's390x', 'loong64', 'mips64el', 'wasm32'];

/** `@swc/core-win32-x64-msvc` → win32, x64. */
const platformOf = (name: string): Pick<Entry, 'os' | 'cpu'> | undefined => {
  const words = name.split(/[/-]/);
  const os = words.find((word) => OS.includes(word));
  const cpu = words.find((word) => CPU.includes(word));
  return os && cpu ? { os: [os], cpu: [cpu] } : undefined;
};

let added = 0;
for (const { optionalDependencies = {}, dev, license } of Object.values(lock.packages)) {
  const family = Object.keys(optionalDependencies).map((name) => lock.packages[`node_modules/${name}`]);
  const licence = family.find((one) => one?.integrity && one.license)?.license ?? license;
  for (const [name, range] of Object.entries(optionalDependencies)) {
    const key = `node_modules/${name}`;
    const platform = platformOf(name);
    if (lock.packages[key]?.integrity || !platform) continue;
    if (!lock.packages[key]) added++;
    lock.packages[key] = {
      version: range.replace(/^[\^~]/, ''),
      ...platform,
      ...(dev ? { dev } : {}),
      ...(licence ? { license: licence } : {}),
      optional: true,
    };
  }
}
const packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(FILE, `${JSON.stringify({ ...lock, packages }, null, 2)}\n`);
console.log(`${FILE}: ${added} packages of other platforms added`);
