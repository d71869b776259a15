import type { Row } from './row.ts';
import { a1 } from './rows/a1.ts';
import { a2 } from './rows/a2.ts';
import { a3 } from './rows/a3.ts';
import { a4 } from './rows/a4.ts';
import { a5 } from './rows/a5.ts';
import { a6 } from './rows/a6.ts';
import { o1 } from './rows/o1.ts';
import { o2 } from './rows/o2.ts';
import { o3 } from './rows/o3.ts';
import { o4 } from './rows/o4.ts';
import { o5 } from './rows/o5.ts';
import { o6 } from './rows/o6.ts';
import { o7 } from './rows/o7.ts';
import { o8 } from './rows/o8.ts';
import { o9 } from './rows/o9.ts';
import { t1 } from './rows/t1.ts';
import { t2 } from './rows/t2.ts';
import { t3 } from './rows/t3.ts';
import { t4 } from './rows/t4.ts';

/** Every row of the mission, in its order. */
export const ROWS: readonly Row[] = [a1, a2, a3, a4, a5, a6, o1, o2, o3, o4, o5, o6, o7, o8, o9, t1, t2, t3, t4];
