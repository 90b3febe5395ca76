// Reads `ipset save`: one `create` line per set, one `add` line per member.
import { type Unreadable, unreadable } from '../fact.js';
import type { Ipset } from '../network.js';

export function readIpsetSave(text: string): readonly Ipset[] | Unreadable {
  const sets = new Map<string, Omit<Ipset, 'members'> & { members: string[] }>();
  for (const line of text.split('\n')) {
    const words = line.trim().split(/\s+/);
    const [verb, name = '', rest = ''] = words;
    if (verb === 'create') {
      const family = words[words.indexOf('family') + 1] === 'inet6' ? 'inet6' : 'inet';
      sets.set(name, { name, type: rest, family, members: [] });
    } else if (verb === 'add') {
      // `nomatch` turns a member into an exception, so it belongs to the member; timeouts and comments do not.
      const set = sets.get(name);
      if (!set) return unreadable(`member of a set that was not created: ${line.slice(0, 120)}`);
      set.members.push(words.includes('nomatch') ? `${rest} nomatch` : rest);
    } else if (verb !== '' && verb !== 'COMMIT') {
      return unreadable(`not in ipset save form: ${line.slice(0, 120)}`);
    }
  }
  return [...sets.values()];
}
