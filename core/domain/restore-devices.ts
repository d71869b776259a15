import { VolumeFailed } from './errors.ts';

/** `/dev/sdf`, `sdf`, `xvdf` and `/dev/xvdf` are one device to the guest. */
export const sameDevice = (a: string, b: string): boolean => bare(a) === bare(b);
const bare = (device: string): string => device.replace(/^\/dev\//, '').replace(/^xvd/, 'sd');

/** What EC2 recommends for EBS volumes: sdf to sdp, on Windows xvdf to xvdp. */
const LETTERS = [...'fghijklmnop'];
const candidates = (platform: string): string[] =>
  LETTERS.map((letter) => (platform.startsWith('Windows') ? `xvd${letter}` : `/dev/sd${letter}`));

/**
 * A device for each volume that is attached: the one that was asked for, else the first free one. `taken`: the devices
 * of the instance that have a volume now. Errors: VolumeFailed (a device is taken, or none is free).
 */
export const chooseDevices = (
  instanceId: string,
  platform: string,
  volumeIds: readonly string[],
  asked: Readonly<Record<string, string>>,
  taken: readonly string[],
): ReadonlyMap<string, string> => {
  const chosen = new Map<string, string>();
  const isFree = (device: string): boolean =>
    ![...taken, ...chosen.values()].some((other) => sameDevice(other, device));
  for (const volumeId of volumeIds) {
    const device = asked[volumeId];
    if (device === undefined) continue;
    if (!isFree(device)) throw new VolumeFailed(`the device ${device} of ${instanceId} has a volume already`);
    chosen.set(volumeId, device);
  }
  for (const volumeId of volumeIds) {
    if (chosen.has(volumeId)) continue;
    const device = candidates(platform).find(isFree);
    if (device === undefined) {
      throw new VolumeFailed(`${instanceId} has no free device from ${candidates(platform)[0]} on for ${volumeId}`);
    }
    chosen.set(volumeId, device);
  }
  return chosen;
};
