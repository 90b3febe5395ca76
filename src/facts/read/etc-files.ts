// What a pod's resolver goes by: resolv.conf, hosts, nsswitch.conf.
import { type Unreadable } from '../fact.js';
import type { HostsEntry, ResolvConf } from '../network.js';
import { readLines } from './answered.js';
import { split } from './words.js';

/** glibc's and musl's own default. */
const NDOTS = 1;

export function readResolvConf(text: string): ResolvConf {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*[#;]/.test(line))
    .map(split);
  const last = (key: string): readonly string[] => lines.findLast(([first]) => first === key)?.slice(1) ?? [];
  const options = lines.filter(([first]) => first === 'options').flatMap((line) => line.slice(1));
  const ndots = options.map((option) => /^ndots:(\d+)$/.exec(option)?.[1]).findLast((value) => value !== undefined);
  const search = lines.findLast(([first]) => first === 'search' || first === 'domain');
  return {
    nameservers: lines.filter(([first]) => first === 'nameserver').flatMap((line) => line.slice(1, 2)),
    // The last of `search` and `domain` lines wins, resolv.conf(5).
    search: search?.[0] === 'domain' ? last('domain').slice(0, 1) : last('search'),
    ndots: Number(ndots ?? NDOTS),
    options,
  };
}

export const readHosts = (text: string): readonly HostsEntry[] | Unreadable =>
  readLines(text, (line) => {
    const [ip, ...names] = split(line.replace(/#.*$/, ''));
    return ip === undefined ? undefined : { ip, names };
  });

/** The sources of `hosts:` in order; none where the file has no such line. */
export function readNsswitch(text: string): readonly string[] {
  const line = text.split('\n').find((each) => /^hosts\s*:/.test(each.trim()));
  return split((line ?? '').replace(/#.*$/, ''))
    .slice(1)
    .filter((word) => !word.startsWith('['));
}
