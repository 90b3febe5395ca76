// `-m set --match-set NAME src,dst`: is the packet, seen through these fields, a member of an ipset?
import type { Sight, Truth } from '../chain.js';
import type { Frame } from '../packet.js';
import { ipsetOf, memberOf } from '../ipset.js';
import { ALWAYS, type TestMaker } from './test.js';

export const setTest: TestMaker = (option) => {
  const [name = '', directions = ''] = option.values;
  switch (option.flag) {
    case 'match-set':
      return (frame: Frame, sight: Sight): Truth => {
        const set = ipsetOf(sight.netns, name);
        if (!set) return { doubt: `the members of ipset ${name}, which was not read` };
        const member = memberOf({ netns: sight.netns, set, directions: directions.split(','), sight }, frame);
        return member ?? { doubt: `membership in ipset ${name} of type ${set.type}` };
      };
    case 'return-nomatch':
    case 'update-counters':
    case 'update-subcounters':
      return option.flag === 'return-nomatch' ? undefined : ALWAYS;
    default:
      return undefined;
  }
};
