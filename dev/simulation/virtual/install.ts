/**
 * To be imported before anything else: time, randomness and environment of this process are simulated from here on.
 * Not simulated are microtasks, setImmediate and the file system; `drive` waits for them.
 */
import { syncBuiltinESMExports } from 'node:module';
import { installClock } from './virtual-clock.ts';
import { installEnvironment } from './virtual-environment.ts';
import { installRandom } from './virtual-random.ts';

installRandom();
installClock();
installEnvironment();
syncBuiltinESMExports();
