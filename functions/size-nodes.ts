import { createSizeNodes } from '../core/steps/nodes/size-nodes.ts';
import { logged } from './wiring/logged.ts';
import { reportOutcome } from './wiring/report-outcome.ts';
import { wireSizeNodes } from './wiring/size-nodes.ts';

const sizeNodes = createSizeNodes(wireSizeNodes(process.env));
const report = reportOutcome('size-nodes');

export const handler = logged('size-nodes', async () => report(await sizeNodes()));
