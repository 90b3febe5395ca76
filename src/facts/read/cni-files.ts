// Files of /etc/cni/net.d, and flannel's subnet.env.
import { isUnreadable, unreadable, type Unreadable } from '../fact.js';
import type { CniConfig, SubnetEnv } from '../network.js';
import { frames } from './frames.js';
import { isObject, objectsOf, parseJson, present, textOf, type JsonObject } from './tool-json.js';

/** `unseen`: the place has no view of the folder, which tells nothing about what is in it. */
export const readCniFiles = (text: string): readonly CniConfig[] | 'unseen' =>
  text.trim() === 'unseen'
    ? 'unseen'
    : frames(text)
        .slice(1)
        .map((frame) => config(frame.name, frame.text));

/** A broken file stays in the list: the runtime trips over it as well. */
function config(file: string, text: string): CniConfig {
  const value = parseJson(text, file);
  if (isUnreadable(value)) return { file, plugins: [], unreadable: value.unreadable };
  if (!isObject(value)) return { file, plugins: [], unreadable: `${file} is no JSON object` };
  const plugins = 'plugins' in value ? objectsOf(value, 'plugins') : [value];
  return present<CniConfig>({
    file,
    name: textOf(value, 'name'),
    cniVersion: textOf(value, 'cniVersion'),
    plugins: plugins.map((raw: JsonObject) => ({ type: textOf(raw, 'type') ?? '', raw })),
  });
}

export function readSubnetEnv(text: string): SubnetEnv | Unreadable {
  const value = (key: string): string | undefined => new RegExp(`^FLANNEL_${key}=(.*)$`, 'm').exec(text)?.[1]?.trim();
  const network = value('NETWORK');
  const subnet = value('SUBNET');
  const mtu = Number(value('MTU'));
  if (network === undefined || subnet === undefined || Number.isNaN(mtu)) {
    return unreadable(`subnet.env lacks FLANNEL_NETWORK, FLANNEL_SUBNET or FLANNEL_MTU: ${text.trim().slice(0, 160)}`);
  }
  return { network, subnet, mtu, ipMasq: value('IPMASQ') === 'true' };
}
