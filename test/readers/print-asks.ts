// Prints the scripts that read /proc, /sys and /etc, one a line, for capture.sh to run with dash: tool, file name, base64.
import { addressesAsk } from '../../src/facts/asks/addresses.js';
import { bridgePortsAsk } from '../../src/facts/asks/bridge.js';
import { conntrackEntriesAsk, conntrackStatsAsk, conntrackTableAsk } from '../../src/facts/asks/conntrack.js';
import { countersAsk, linkCountersAsk } from '../../src/facts/asks/counters.js';
import { linksAsk } from '../../src/facts/asks/links.js';
import { neighboursAsk } from '../../src/facts/asks/neighbours.js';
import { routesAsk } from '../../src/facts/asks/routes.js';
import { socketsAsk } from '../../src/facts/asks/sockets.js';
import { sysctlsAsk } from '../../src/facts/asks/sysctls.js';

const asks = [
  linksAsk,
  addressesAsk,
  routesAsk,
  neighboursAsk,
  bridgePortsAsk,
  socketsAsk,
  sysctlsAsk,
  countersAsk,
  linkCountersAsk,
  conntrackTableAsk,
  conntrackStatsAsk,
  {
    ...conntrackEntriesAsk({ destination: '192.168.0.3', protocol: 'tcp', destinationPort: 80 }),
    id: 'conntrack entries',
  },
];
for (const ask of asks) {
  for (const each of ask.tries.filter(({ tool }) => ['proc', 'sys', 'grep'].includes(tool))) {
    console.log(`linux-6.18 ${ask.id.replaceAll(' ', '-')} ${Buffer.from(each.script).toString('base64')}`);
  }
}
