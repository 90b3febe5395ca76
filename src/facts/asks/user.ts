// As whom we try from a namespace: what an `owner` match sees of our attempts.
import { unreadable, type Unreadable } from '../fact.js';
import type { User } from '../network.js';
import { readByTool } from '../read/answered.js';
import { staticAsk } from './ask.js';

const FILE = '/proc/self/status';

/** cat runs as whoever runs the attempts beside it. */
export const userAsk = staticAsk('user', [
  { tool: 'status', needs: ['cat'], script: `cat ${FILE}`, shown: `grep -E '^[UG]id:' ${FILE}` },
]);

/** Real, effective, saved, and that of the file system, which is what a socket is marked with (sock_alloc_file). */
function idIn(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name}:\\s+\\d+\\s+\\d+\\s+\\d+\\s+(\\d+)`, 'm').exec(text);
  return found ? Number(found[1]) : undefined;
}

function readUser(text: string): User | Unreadable {
  const [uid, gid] = [idIn(text, 'Uid'), idIn(text, 'Gid')];
  return uid === undefined || gid === undefined ? unreadable(`no ids in ${FILE}`) : { uid, gid };
}

export const readUserAnswer = readByTool({ status: readUser });
