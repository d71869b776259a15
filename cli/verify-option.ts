import { Option } from 'commander';
import { VerifyDepth } from '../core/contracts/plans.ts';

export const verifyOption = (): Option =>
  new Option(
    '--verify <depth>',
    'how much to read back from the library (default: as the plan says, else sample)',
  ).choices(VerifyDepth.options);
