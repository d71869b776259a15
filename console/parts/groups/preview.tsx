import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import Header from '@cloudscape-design/components/header';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Table from '@cloudscape-design/components/table';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { InstanceRule, VmGroupPreview, VolumeRule } from '../../../core/contracts/vm-groups.ts';
import { ApiFailure, call } from '../../api.ts';
import { onTenant } from '../../on-tenant.ts';
import { texts } from '../../texts.ts';
import { Id } from '../id.tsx';
import { Empty, Failed, Waiting } from '../states.tsx';

const words = texts.vmGroup.preview;

interface Rules {
  readonly match: InstanceRule;
  readonly exclude: { readonly instances?: InstanceRule; readonly volumes: VolumeRule[] };
}

/** What rules match now. `text`: the rules as JSON; undefined: they have gaps, and nothing is asked. */
export const usePreview = (tenant: string | undefined, text: string | undefined) =>
  useQuery({
    queryKey: ['vm-group-preview', tenant, text],
    queryFn: ({ signal }) => {
      const { route, on } = onTenant('previewRules', tenant);
      return call(route, { params: on, body: JSON.parse(text ?? '') as Rules, signal });
    },
    enabled: text !== undefined,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });

type Instance = VmGroupPreview['instances'][number];

interface Row {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly why: string;
  readonly isLeftOut: boolean;
  readonly below: readonly Row[];
}

const volumeRow = ({ volumeId, device, sizeGiB, excludedBy }: Instance['volumes'][number]): Row => ({
  id: volumeId,
  name: device,
  about: `${volumeId}, ${sizeGiB}\u00a0GiB`,
  why: excludedBy === undefined ? words.protected : words.leftOutBy(excludedBy),
  isLeftOut: excludedBy !== undefined,
  below: [],
});

const rowOf = ({ instanceId, name, state, matchedBy, volumes }: Instance): Row => ({
  id: instanceId,
  name: name ?? instanceId,
  about: name === undefined ? state : `${instanceId}, ${state}`,
  why: matchedBy,
  isLeftOut: false,
  below: volumes.map(volumeRow),
});

const summaryOf = ({ instances, instancesInAll }: VmGroupPreview): string => {
  const volumes = instances.flatMap((each) => each.volumes);
  const kept = volumes.filter(({ excludedBy }) => excludedBy === undefined);
  const sizeGiB = kept.reduce((sum, each) => sum + each.sizeGiB, 0);
  return words.summary(instancesInAll, kept.length, sizeGiB, volumes.length - kept.length);
};

const Matches = ({ preview }: { readonly preview: VmGroupPreview }) => {
  const { instances, instancesInAll, excluded, excludedInAll } = preview;
  const rows = instances.map(rowOf);
  // those of which something is left out are open from the beginning
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const isOpen = ({ id, below }: Row): boolean => below.some((each) => each.isLeftOut) !== turned.has(id);
  return (
    <SpaceBetween size="s">
      <Box aria-live="polite">{summaryOf(preview)}</Box>
      <Table
        variant="embedded"
        wrapLines
        trackBy="id"
        items={rows}
        expandableRows={{
          getItemChildren: ({ below }) => [...below],
          isItemExpandable: ({ below }) => below.length > 0,
          expandedItems: rows.filter(isOpen),
          onExpandableItemToggle: ({ detail }) =>
            setTurned((before) =>
              before.has(detail.item.id)
                ? new Set([...before].filter((id) => id !== detail.item.id))
                : new Set([...before, detail.item.id]),
            ),
        }}
        columnDefinitions={[
          {
            id: 'what',
            header: words.what,
            isRowHeader: true,
            cell: ({ name, about, isLeftOut }) => (
              <>
                <Box {...(isLeftOut ? { color: 'text-status-inactive' } : {})} display="inline">
                  {name}
                </Box>
                <Box variant="small" display="block">
                  {about}
                </Box>
              </>
            ),
          },
          {
            id: 'why',
            header: words.why,
            cell: ({ why, isLeftOut }) => (
              <Box {...(isLeftOut ? { color: 'text-status-inactive' } : {})} display="inline">
                {why}
              </Box>
            ),
          },
        ]}
        empty={<Empty header={words.nothing} text={words.nothingText} />}
      />
      {instancesInAll > instances.length ? <Box>{words.more(instancesInAll - instances.length)}</Box> : null}
      {excludedInAll > 0 ? (
        <ExpandableSection headerText={words.excepted(excludedInAll)} defaultExpanded>
          {excluded.map(({ instanceId, name, excludedBy }) => (
            <div key={instanceId}>
              {name} <Id>{instanceId}</Id>: {words.leftOutBy(excludedBy)}
            </div>
          ))}
        </ExpandableSection>
      ) : null}
    </SpaceBetween>
  );
};

interface Props {
  readonly tenant: string | undefined;
  /** Of the rules, as JSON; undefined while they have gaps. */
  readonly text: string | undefined;
  /** What is refused at a field of the form is said there. */
  isSaidElsewhere(error: ApiFailure): boolean;
}

/** Beside the form: what the rules match at this moment, asked again whenever they have changed. */
export const Preview = ({ tenant, text, isSaidElsewhere }: Props) => {
  const { data, error, isFetching, refetch } = usePreview(tenant, text);
  const content = () => {
    if (error && !(error instanceof ApiFailure && isSaidElsewhere(error)))
      return <Failed error={error} retry={() => void refetch()} />;
    if (error || (text === undefined && !data)) return <Box color="text-body-secondary">{words.unfinished}</Box>;
    if (!data) return <Waiting text={words.loading} />;
    return (
      <SpaceBetween size="xs">
        {text === undefined ? <Box color="text-body-secondary">{words.before}</Box> : null}
        <Matches preview={data} />
      </SpaceBetween>
    );
  };
  return (
    <Container
      header={
        <Header variant="h2" description={isFetching ? words.loading : words.about}>
          {words.header}
        </Header>
      }
    >
      {content()}
    </Container>
  );
};
