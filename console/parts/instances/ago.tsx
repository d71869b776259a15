import Box from '@cloudscape-design/components/box';
import { duration, secondsBetween } from '../../../cli/units.ts';
import { texts } from '../../texts.ts';
import { When } from '../when.tsx';

/** A time, and how long ago that is. */
export const WithAge = ({ at }: { readonly at: string }) => (
  <>
    <When at={at} />
    <Box color="text-body-secondary">{texts.instances.ago(duration(secondsBetween(at, Date.now())))}</Box>
  </>
);
