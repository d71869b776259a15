import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useNavigate } from 'react-router';
import { FIRST } from '../../addresses.ts';
import { texts } from '../../texts.ts';
import { useWho } from '../../who.tsx';
import type { Fate } from './sent.ts';

const words = texts.restore.leave;

interface Props {
  readonly isAsked: boolean;
  readonly fate: Fate;
  stay(): void;
}

/** Says what becomes of the choices before somebody leaves half-way. */
export const Leave = ({ isAsked, fate, stay }: Props) => {
  const navigate = useNavigate();
  const { kind } = useWho();
  return (
    <Modal
      visible={isAsked}
      onDismiss={stay}
      header={words.header}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={stay}>{words.stay}</Button>
            <Button variant="primary" onClick={() => void navigate(FIRST[kind])}>
              {words.leave}
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      {words.text[fate]} {words.choices}
    </Modal>
  );
};
