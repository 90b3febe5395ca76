// Who sent it: the match `owner`, which asks the socket that a packet comes from.
import type { User } from '../../facts/network.js';
import type { Frame } from '../packet.js';
import { type Test, type TestMaker, first, optionText, undecided } from './test.js';

/** The first segment of a connection or the first datagram: of all that a namespace sends, only a client sends these. */
const isClients = ({ protocol, flags, state, inner }: Frame): boolean =>
  !inner && (protocol === 'tcp' ? flags === 'SYN' : protocol === 'udp' && state === 'NEW');

/**
 * owner_mt (net/netfilter/xt_owner.c): what comes from no socket of this namespace, as all that is passed on, is
 * nobody's, so that `!` matches it. Whose an answer is that the kernel or a server sends, was not read.
 */
function ownerIn(text: string, { doubt, idOf }: { doubt: string; idOf: (user: User) => number }): Test {
  const [, low, high = low] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (low === undefined) return undecided(doubt);
  return (frame, { hook, iif, netns: { user } }) => {
    if (hook === 'postrouting' && iif !== undefined) return false;
    if (!user || !isClients(frame)) return { doubt };
    return idOf(user) >= Number(low) && idOf(user) <= Number(high);
  };
}

export const ownerTest: TestMaker = (option) => {
  const doubt = `-m owner ${optionText(option)}`;
  switch (option.flag) {
    case 'uid-owner':
      return ownerIn(first(option), { doubt, idOf: ({ uid }) => uid });
    case 'gid-owner':
      return ownerIn(first(option), { doubt, idOf: ({ gid }) => gid });
    default:
      return undefined;
  }
};
