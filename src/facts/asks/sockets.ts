import { readByTool } from '../read/answered.js';
import { readProcSockets } from '../read/proc-sockets.js';
import { readSs } from '../read/ss.js';
import { command, staticAsk } from './ask.js';

const PROC = {
  tool: 'proc',
  needs: ['cat'],
  // tcp6 and udp6 are missing where IPv6 is switched off at boot.
  script: String.raw`for file in tcp tcp6 udp udp6; do
  printf '\036%s\n' "$file"
  cat "/proc/net/$file" || [ "$file" != tcp ] || exit 1
done 2>/dev/null
true`,
  shown: 'cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6',
};

/** Every socket, connections too. */
export const socketsAsk = staticAsk('sockets', [command('ss', 'ss -Htunap'), PROC]);
/** Listeners alone from ss; the /proc files cannot be filtered. */
export const listenersAsk = staticAsk('listeners', [command('ss', 'ss -Htunlp'), PROC]);

export const readSockets = readByTool({ ss: readSs, proc: readProcSockets });
export const readListeners = readSockets;
