import type { SelectProps } from '@cloudscape-design/components/select';
import type { UseQueryResult } from '@tanstack/react-query';
import { texts } from '../texts.ts';

/** What a choice says whose options are asked for: none is not the same as none known. */
export const asked = ({
  data,
  isPending,
  error,
  refetch,
}: UseQueryResult): Pick<SelectProps, 'statusType' | 'loadingText' | 'errorText' | 'recoveryText' | 'onLoadItems'> => ({
  statusType: isPending ? 'loading' : error && data === undefined ? 'error' : 'finished',
  loadingText: texts.loading,
  errorText: error?.message ?? '',
  recoveryText: texts.failure.again,
  onLoadItems: () => {
    if (error && data === undefined) void refetch();
  },
});
