import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';

interface Props {
  readonly visible: boolean;
  readonly header: string;
  readonly children: ReactNode;
  /** What the button says that does it, and the one that does not. */
  readonly act: string;
  readonly leave: string;
  onLeave(): void;
  onAct(): void;
}

/** Asks once more before something is done that cannot be taken back. */
export const Confirm = ({ visible, header, children, act, leave, onLeave, onAct }: Props) => (
  <Modal
    visible={visible}
    onDismiss={onLeave}
    header={header}
    footer={
      <Box float="right">
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={onLeave}>{leave}</Button>
          <Button variant="primary" onClick={onAct}>
            {act}
          </Button>
        </SpaceBetween>
      </Box>
    }
  >
    {children}
  </Modal>
);
