import Box from '@cloudscape-design/components/box';
import { duration, secondsBetween } from '../../../cli/units.ts';
import { texts } from '../../texts.ts';
import { When } from '../when.tsx';

/** A time, how long ago that is, and what was then. */
export const WithAge = ({ at, what }: { readonly at: string; readonly what?: string }) => (
  <div className="id">
    <When at={at} />
    <Box color="text-body-secondary">
      {[texts.instances.ago(duration(secondsBetween(at, Date.now()))), what].filter(Boolean).join(', ')}
    </Box>
  </div>
);
