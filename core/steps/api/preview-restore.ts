import { type RestorePreview, StartRestore } from '../../contracts/api.ts';
import { LaunchFailed, PlatformLost, VolumeFailed } from '../../domain/errors.ts';
import type { TenantHypervisor } from '../../domain/hypervisor.ts';
import type { Audience } from '../../domain/problems.ts';
import { askRules } from '../../domain/resource-rules.ts';
import type { RestorePlan } from '../../domain/restore-decision.ts';
import { chooseDevices, sameDevice } from '../../domain/restore-devices.ts';
import { replacedWords } from '../../domain/restore-words.ts';
import { refuseRevoked } from '../../domain/revoked-access.ts';
import { defined } from '../../domain/view-fields.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { TenantScope, TenantScopes } from '../../ports/tenant-scope.ts';
import { checkPlace } from '../restore/check-place.ts';
import { donorImage } from '../restore/launch-donor.ts';
import { boundService } from './bound-service.ts';
import { resourceQuestion } from './check-resources.ts';
import { decideForTenant, lookOnce, type RestoreBody } from './decide-restore.ts';

interface Deps {
  readonly catalog: Pick<Catalog, 'hypervisors' | 'vmGroups' | 'nodes' | 'points'>;
  readonly scopes: TenantScopes;
}

type Rule = RestorePreview['rules'][number];

/**
 * What a restore would do, and by which rules: the decision that a job is started by, and a look at the tenant's account
 * for what only that knows. Nothing is done. Errors: TenantNotBound, NotFound, RecoveryPointUnavailable, InvalidRequest,
 * TenantAccessLost, TransientFailure.
 */
export const createPreviewRestore =
  ({ catalog, scopes }: Deps) =>
  async (tenant: TenantHypervisor, audience: Audience, asked: RestoreBody): Promise<RestorePreview> => {
    const body = StartRestore.parse(asked);
    refuseRevoked(tenant);
    const service = await boundService(catalog, tenant);
    const question = await resourceQuestion(catalog, tenant, service, body);
    const account = lookOnce(scopes, tenant, 'survey');
    const plan = await decideForTenant(catalog, tenant, body, account);
    const resources = askRules(question).map(({ rule, outcome, reason, tenantReason }) => ({
      rule,
      outcome,
      reason: audience.kind === 'tenant' ? tenantReason : reason,
    }));
    const seen = await look(await account(), body, plan);
    const rules = [...resources, o9(body, plan), ...seen.rules];
    return {
      allowed: rules.every(({ outcome }) => outcome === 'allowed' || outcome === 'not checked'),
      rules,
      recoveryPointId: plan.point.recoveryPointId,
      from: plan.place,
      ...(plan.fromReason === undefined ? {} : { fromReason: plan.fromReason }),
      creates: [...plan.creates],
      replaces: [...seen.replaces],
      leavesOut: [...plan.leavesOut],
      volumeTagsLeftOut: plan.volumeTagsLeftOut,
      awsTagsLeftOut: plan.awsTagsLeftOut,
      sizeBytes: plan.sizeBytes,
      dataBytes: plan.dataBytes,
    };
  };

const o9 = ({ volumeTags: asked }: StartRestore, { volumeTags, place }: RestorePlan): Rule => {
  const by = asked ? 'as was asked for' : `the default from ${place === 'snapshot' ? 'a snapshot' : 'the library'}`;
  const what = volumeTags === 'restore' ? 'Volume tags are restored' : 'Volume tags are not restored';
  return { rule: 'O9', outcome: 'allowed', reason: `${what}: ${by}.` };
};

interface Seen {
  readonly rules: readonly Rule[];
  readonly replaces: readonly string[];
}

const look = async (scope: TenantScope, body: StartRestore, plan: RestorePlan): Promise<Seen> => {
  const { target } = body;
  if (target.kind === 'new-instance' || target.kind === 'volumes') {
    const found = await checkPlace(scope.places, { target, ...defined({ kmsKeyId: body.kmsKeyId }) }, plan.point);
    const rules = found.map(
      ({ remedy = '', ...each }): Rule => ({ ...each, reason: `${each.reason} ${remedy}`.trim() }),
    );
    return { rules: [...(await licence(scope, body, plan)), ...rules], replaces: plan.replaces };
  }
  const instanceId = target.kind === 'attach' ? target.instanceId : plan.point.instanceId;
  const instance = await scope.instances.describe(instanceId);
  if (!instance) {
    const reason = `There is no instance ${instanceId} in this account and region.`;
    return { rules: [{ rule: 'instance', outcome: 'refused', reason }], replaces: plan.replaces };
  }
  if (target.kind === 'attach') {
    const rule = await ruleOf('device', async () => {
      const ids = plan.volumes.map(({ volumeId }) => volumeId);
      const taken = instance.volumes.map(({ device }) => device);
      const { platform } = instance.configuration;
      const devices = chooseDevices(instanceId, platform, ids, target.devices ?? {}, taken);
      return [...devices].map(([volumeId, device]) => `${volumeId} comes to ${device}.`).join(' ');
    });
    return { rules: [rule], replaces: plan.replaces };
  }
  const replaces = replacedWords(
    { ...plan, target },
    (device) => instance.volumes.find((each) => sameDevice(each.device, device))?.volumeId,
  );
  const reason = `${instanceId} is ${instance.state}.`;
  return { rules: [{ rule: 'instance', outcome: 'allowed', reason }], replaces };
};

/** Of a licensed platform: the image that it would be launched from. */
const licence = async (scope: TenantScope, { target }: StartRestore, { path, point }: RestorePlan): Promise<Rule[]> =>
  path === 'donor'
    ? [
        await ruleOf('licence', async () => {
          const { imageId, name } = await donorImage(scope, { request: { target }, point });
          return `${point.instance.platform} is launched from ${imageId} (${name}).`;
        }),
      ]
    : [];

/** What a job would fail with is told as a rule that refuses. */
const ruleOf = async (rule: string, ask: () => Promise<string>): Promise<Rule> => {
  try {
    return { rule, outcome: 'allowed', reason: await ask() };
  } catch (error) {
    const isTold = error instanceof LaunchFailed || error instanceof PlatformLost || error instanceof VolumeFailed;
    if (!isTold) throw error;
    return { rule, outcome: 'refused', reason: error.message };
  }
};
