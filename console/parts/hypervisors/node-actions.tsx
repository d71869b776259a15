import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { type AccessNodeView, type AddedAccessNode, operatorRoutes } from '../../../core/contracts/api.ts';
import { ApiFailure, call } from '../../api.ts';
import { texts } from '../../texts.ts';
import { Confirm } from '../confirm.tsx';
import { useIntent } from '../use-intent.ts';
import { StartNode } from './start-node.tsx';

const words = texts.accessNodes;

const useAsk = <Given, Answer>(serviceId: string, act: (given: Given) => Promise<Answer>) => {
  const [asking, setAsking] = useState(false);
  const queries = useQueryClient();
  const mutation = useMutation({
    mutationFn: act,
    async onSuccess() {
      setAsking(false);
      await queries.invalidateQueries({ queryKey: ['access-nodes', serviceId] });
    },
  });
  const start = (): void => {
    mutation.reset();
    setAsking(true);
  };
  return { mutation, start, asking, leave: () => setAsking(false) };
};

interface NodeAction {
  readonly node: AccessNodeView | undefined;
}

/** It takes no more orders, finishes those that it has, and ends. */
export const DrainNode = ({ node }: NodeAction) => {
  const { mutation, start, asking, leave } = useAsk(node?.serviceId ?? '', ({ serviceId, nodeId }: AccessNodeView) =>
    call(operatorRoutes.drainAccessNode, { params: { hypervisorId: serviceId, nodeId } }),
  );
  return (
    <>
      <Button disabled={!node} disabledReason={words.chosen} onClick={start}>
        {words.drain}
      </Button>
      <Confirm
        visible={asking}
        header={words.drainHeader(node?.name ?? '')}
        act={words.doDrain}
        pending={mutation.isPending}
        error={mutation.error}
        onLeave={leave}
        onAct={() => node && mutation.mutate(node)}
      >
        {words.drainText}
      </Confirm>
    </>
  );
};

/** Forgotten, once it is gone. */
export const RemoveNode = ({ node }: NodeAction) => {
  const { mutation, start, asking, leave } = useAsk(node?.serviceId ?? '', ({ serviceId, nodeId }: AccessNodeView) =>
    call(operatorRoutes.removeAccessNode, { params: { hypervisorId: serviceId, nodeId } }),
  );
  return (
    <>
      <Button disabled={!node} disabledReason={words.chosen} onClick={start}>
        {words.remove}
      </Button>
      <Confirm
        visible={asking}
        header={words.removeHeader(node?.name ?? '')}
        act={words.doRemove}
        pending={mutation.isPending}
        error={mutation.error}
        onLeave={leave}
        onAct={() => node && mutation.mutate(node)}
      >
        {words.removeText}
      </Confirm>
    </>
  );
};

/** By hand (O6); then says, once, how it is started. */
export const AddNode = ({ serviceId }: { readonly serviceId: string }) => {
  const [name, setName] = useState('');
  const [added, setAdded] = useState<AddedAccessNode>();
  const { keyFor, isDone } = useIntent();
  const { mutation, start, asking, leave } = useAsk(serviceId, async () => {
    const params = { hypervisorId: serviceId };
    const answer = await call(operatorRoutes.addAccessNode, { params, body: { name }, idempotencyKey: keyFor(name) });
    isDone();
    setName('');
    setAdded(answer);
  });
  const { error } = mutation;
  const atName = error instanceof ApiFailure && error.field === 'name' ? error.message : undefined;
  return (
    <>
      <Button variant="primary" onClick={start}>
        {words.add}
      </Button>
      <Confirm
        visible={asking}
        header={words.addHeader}
        act={words.doAdd}
        pending={mutation.isPending}
        error={atName === undefined ? error : null}
        disabled={name === ''}
        onLeave={leave}
        onAct={() => mutation.mutate(undefined)}
      >
        <FormField label={words.name} description={words.nameAbout} errorText={atName}>
          <Input value={name} onChange={({ detail }) => setName(detail.value)} />
        </FormField>
      </Confirm>
      {added ? <StartNode node={added} onClose={() => setAdded(undefined)} /> : null}
    </>
  );
};
