import Alert from '@cloudscape-design/components/alert';
import type { InstanceList } from '../../../core/contracts/api.ts';
import { texts } from '../../texts.ts';
import { Reason } from '../states.tsx';

/** Why a list has only what recovery points tell. */
export const NotReached = ({ why }: { readonly why: InstanceList['accountNotReached'] }) =>
  why ? (
    <Alert type="warning" header={texts.instances.notReached}>
      <Reason message={why.message} remedy={why.remedy} />
      <div>{texts.instances.notReachedText}</div>
    </Alert>
  ) : null;
