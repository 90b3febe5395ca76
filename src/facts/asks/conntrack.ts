import type { Ask, Try } from '../../evidence/evidence.js';
import { sh, shown, verbatim } from '../../evidence/shell.js';
import { readAround, readByTool } from '../read/answered.js';
import {
  readConntrackEntries,
  readConntrackStats,
  readConntrackTable,
  readProcConntrackStats,
} from '../read/conntrack.js';
import { aroundAsk, command, staticAsk } from './ask.js';

/** `cat` and not `read`: see sysctls. An older kernel has no buckets file. */
const TABLE = `cd /proc/sys/net/netfilter || exit 1
for name in count max buckets; do
  [ -e "nf_conntrack_$name" ] && printf '%s ' "$name" && cat "nf_conntrack_$name"
done
true`;

export const conntrackTableAsk = staticAsk('conntrack table', [
  {
    tool: 'proc',
    needs: ['cat'],
    script: TABLE,
    shown: 'sysctl net.netfilter.nf_conntrack_count net.netfilter.nf_conntrack_max',
  },
]);
export const readConntrackTableAnswer = readByTool({ proc: readConntrackTable });

export const conntrackStatsAsk = aroundAsk('conntrack statistics', [
  command('conntrack', 'conntrack -S'),
  command('proc', 'cat /proc/net/stat/nf_conntrack'),
]);
export const readConntrackStatsAnswer = readAround({ conntrack: readConntrackStats, proc: readProcConntrackStats });

/** Which entries: by the tuple a client sent, or by the address that answered it. */
export interface TrackedFlow {
  readonly source?: string;
  readonly destination?: string;
  /** Where replies come from: the backend, after DNAT. */
  readonly replySource?: string;
  readonly protocol?: 'tcp' | 'udp';
  readonly destinationPort?: number;
}

/** Never the whole table: a node holds hundreds of thousands of entries, and dumping them takes the CPU that forwards. */
export function conntrackEntriesAsk(flow: TrackedFlow): Ask {
  const id = [
    'conntrack',
    flow.protocol,
    flow.source,
    '>',
    flow.destination,
    flow.destinationPort,
    '<',
    flow.replySource,
  ];
  return {
    ...staticAsk(id.filter((each) => each !== undefined).join(' '), [listing(flow), grepping(flow)]),
    maxBytes: 512 * 1024,
  };
}
export const readConntrackEntriesAnswer = readByTool({ conntrack: readConntrackEntries, proc: readConntrackEntries });

function listing(flow: TrackedFlow): Try {
  const flags = [
    ...(flow.protocol ? ['-p', flow.protocol] : []),
    ...(flow.source ? ['-s', flow.source] : []),
    ...(flow.destination ? ['-d', flow.destination] : []),
    ...(flow.replySource ? ['-r', flow.replySource] : []),
    // The tool takes a port only beside a protocol.
    ...(flow.protocol && flow.destinationPort !== undefined ? ['--orig-port-dst', flow.destinationPort] : []),
  ];
  return {
    tool: 'conntrack',
    needs: ['conntrack'],
    script: sh`conntrack -L -o extended ${flags}`,
    shown: shown`conntrack -L -o extended ${flags}`,
  };
}

const some = (text: string | undefined): string => (text === undefined ? '[^ ]*' : literal(text));
const literal = (text: string): string => text.replaceAll(/[^\w:]/g, (char) => `[${char}]`);

/** The original tuple stands first on its line, so what precedes it holds no `=`. */
function grepping(flow: TrackedFlow): Try {
  const port = flow.destinationPort === undefined ? '[0-9]*' : String(flow.destinationPort);
  const pattern = [
    `^[^=]*${flow.protocol ? ` ${flow.protocol} [^=]*` : ''}src=${some(flow.source)} dst=${some(flow.destination)} `,
    `sport=[0-9]* dport=${port} .*src=${some(flow.replySource)} `,
  ].join('');
  // grep exits 1 when nothing matched, which is an answer, and 2 when the file could not be read.
  return {
    tool: 'proc',
    needs: ['grep'],
    script: sh`grep ${pattern} /proc/net/nf_conntrack${verbatim('; [ $? -le 1 ]')}`,
    shown: shown`grep ${pattern} /proc/net/nf_conntrack`,
  };
}
