import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useMutation } from '@tanstack/react-query';
import { type HypervisorView, operatorRoutes, type PermissionsReport } from '../../../core/contracts/api.ts';
import { call } from '../../api.ts';
import { onNamedTenant } from '../../on-tenant.ts';
import { texts } from '../../texts.ts';
import { Failed, Waiting } from '../states.tsx';
import { FeatureChoice } from './feature-choice.tsx';
import { PermissionReport } from './permission-report.tsx';

const words = texts.hypervisor.permissions;

const check = ({ hypervisorId, kind }: HypervisorView, features: readonly string[]): Promise<PermissionsReport> => {
  if (kind === 'service') return call(operatorRoutes.checkServicePermissions, { params: { hypervisorId } });
  const { route, on } = onNamedTenant('checkPermissions', hypervisorId);
  return call(route, { params: on, query: { features: features.length > 0 ? features.join(',') : undefined } });
};

interface PermissionCheckProps {
  readonly hypervisor: HypervisorView;
  readonly features: readonly string[];
  onFeatures(features: readonly string[]): void;
  /** Of which features it is. */
  onReport?(report: PermissionsReport, features: readonly string[]): void;
}

/** Asks its account when told to, again and again: what was missing is looked for anew. */
export const PermissionCheck = ({ hypervisor, features, onFeatures, onReport }: PermissionCheckProps) => {
  const ask = useMutation({
    mutationFn: (asked: readonly string[]) => check(hypervisor, asked),
    onSuccess: (report, asked) => onReport?.(report, asked),
  });
  // of others than are chosen now it says nothing
  const isOfThese = ask.variables?.join() === features.join();
  const content = () => {
    if (ask.isPending) return <Waiting text={words.checking} />;
    if (ask.error && isOfThese) return <Failed error={ask.error} />;
    return ask.data && isOfThese ? (
      <PermissionReport report={ask.data} />
    ) : (
      <Box color="text-body-secondary">{words.notYet}</Box>
    );
  };
  return (
    <SpaceBetween size="m">
      <div className="filters">
        {hypervisor.kind === 'tenant' ? (
          <FeatureChoice
            chosen={features}
            placeholder={words.onlyAll}
            ariaLabel={words.only}
            without={hypervisor.authMethod === 'access-key' ? [] : ['access-key']}
            onChange={onFeatures}
          />
        ) : null}
        <Button onClick={() => ask.mutate(features)} loading={ask.isPending}>
          {isOfThese && (ask.data || ask.error) ? words.again : words.check}
        </Button>
      </div>
      <div aria-live="polite">{content()}</div>
    </SpaceBetween>
  );
};
