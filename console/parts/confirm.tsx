import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { ReactNode } from 'react';
import { texts } from '../texts.ts';
import { Failed } from './states.tsx';

interface ConfirmProps {
  readonly visible?: boolean;
  readonly header: string;
  readonly children: ReactNode;
  /** What the button says that does it. */
  readonly act: string;
  readonly pending?: boolean;
  /** The API's refusal: it stays open, so that it is read. */
  readonly error?: Error | null;
  readonly disabled?: boolean;
  onLeave(): void;
  onAct(): void;
}

/** Asks once more, or for what is needed, before something is done. */
export const Confirm = ({
  visible = true,
  header,
  children,
  act,
  pending = false,
  error,
  disabled = false,
  onLeave,
  onAct,
}: ConfirmProps) => (
  <Modal
    visible={visible}
    onDismiss={onLeave}
    header={header}
    footer={
      <Box float="right">
        <SpaceBetween direction="horizontal" size="xs">
          <Button onClick={onLeave}>{texts.confirm.no}</Button>
          <Button variant="primary" loading={pending} disabled={disabled} onClick={onAct}>
            {act}
          </Button>
        </SpaceBetween>
      </Box>
    }
  >
    <SpaceBetween size="m">
      <div>{children}</div>
      {error ? <Failed error={error} /> : null}
    </SpaceBetween>
  </Modal>
);
