import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useState } from 'react';
import { type HypervisorView, operatorRoutes } from '../../../core/contracts/api.ts';
import { ApiFailure, call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { useChange } from './change.ts';
import { type AccessKeyTyped, KeyFields, NO_KEY } from './key-fields.tsx';

const words = texts.hypervisor.access;

/** Of a hypervisor that is reached by an access key. */
export const RotateKey = ({ hypervisor: { hypervisorId } }: { readonly hypervisor: HypervisorView }) => {
  const [asking, setAsking] = useState(false);
  const [typed, setTyped] = useState(NO_KEY);
  // a mutation's variables are kept with it: the key is none of them
  const rotate = useChange(
    hypervisorId,
    async () => {
      setTyped({ ...typed, secretAccessKey: '' });
      return { done: await call(operatorRoutes.rotateKey, { params: { hypervisorId }, body: typed }) };
    },
    { gcTime: 0 },
  );
  const leave = (): void => {
    setTyped(NO_KEY);
    setAsking(false);
  };
  const { error } = rotate;
  const refused = error instanceof ApiFailure && Object.keys(typed).includes(error.field ?? '') ? error : undefined;
  const errorOf = (field: keyof AccessKeyTyped): string | undefined =>
    refused?.field === field ? [refused.message, refused.remedy].filter(Boolean).join(' ') : undefined;
  return (
    <>
      <Button
        onClick={() => {
          rotate.reset();
          setAsking(true);
        }}
      >
        {words.rotate}
      </Button>
      {rotate.data ? (
        <Modal
          visible={asking}
          onDismiss={leave}
          header={words.rotateHeader}
          footer={
            <Box float="right">
              <Button variant="primary" onClick={leave}>
                {words.close}
              </Button>
            </Box>
          }
        >
          <Alert type="success">{words.rotated(rotate.data.done?.accessKeyId ?? '')}</Alert>
        </Modal>
      ) : null}
      <Confirm
        visible={asking && !rotate.data}
        header={words.rotateHeader}
        act={words.doRotate}
        pending={rotate.isPending}
        error={refused ? null : error}
        disabled={typed.accessKeyId === '' || typed.secretAccessKey === ''}
        onLeave={leave}
        onAct={() => rotate.mutate(undefined, { onSuccess: () => setTyped(NO_KEY) })}
      >
        <SpaceBetween size="m">
          <div>{words.rotateText}</div>
          <KeyFields typed={typed} errorOf={errorOf} onChange={setTyped} />
        </SpaceBetween>
      </Confirm>
    </>
  );
};
