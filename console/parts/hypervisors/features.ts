import { texts } from '../../texts.ts';

/** By the contract's name, in words. */
export const FEATURE_NAMES: Readonly<Record<string, string>> = texts.hypervisor.features;

/** What a role may be used for. */
export const ROLE_FEATURES: readonly string[] = Object.keys(FEATURE_NAMES).filter(
  (feature) => feature !== 'access-key',
);

/** Names that the contract calls features; others, typed into the address by hand, are left out. */
export const featuresIn = (text: string | null): readonly string[] =>
  (text ?? '').split(',').filter((feature) => Object.hasOwn(FEATURE_NAMES, feature));
