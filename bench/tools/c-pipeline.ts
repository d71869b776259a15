import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import type { Repository, Tool } from './tool.ts';

/** zstd's levels behind the names of library/block-encoding.ts. */
const LEVELS = { fast: 1, default: 3 } as const;

/** The same steps in C (bench/c/pipeline.c): what this machine can do. It only writes: a first backup. */
export const cPipelineTool = (program: string, name: string, level: keyof typeof LEVELS): Tool => ({
  name,
  async open(folder): Promise<Repository> {
    mkdirSync(folder, { recursive: true });
    const threads = process.env.HOLDFAST_BENCH_THREADS ?? String(availableParallelism());
    return { folder, first: async ({ v1 }) => ({ argv: [program, v1, folder, String(LEVELS[level]), threads] }) };
  },
});
