import { createSizeNodes } from '../core/steps/nodes/size-nodes.ts';
import { reportOutcome } from './wiring/report-outcome.ts';
import { wireSizeNodes } from './wiring/size-nodes.ts';

const sizeNodes = createSizeNodes(wireSizeNodes(process.env));
const report = reportOutcome('size-nodes');

export const handler = async () => report(await sizeNodes());
