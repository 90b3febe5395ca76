import { readByTool } from '../read/answered.js';
import { readBridgeFdb, readBridgeLink, readSysBridgePorts } from '../read/bridge.js';
import { readBridgeFdbJson, readBridgeLinkJson } from '../read/bridge-json.js';
import { command, staticAsk } from './ask.js';

/** The FDB of a vxlan device is told by netlink alone. */
export const fdbAsk = staticAsk('fdb', [command('bridge-json', 'bridge -j fdb'), command('bridge', 'bridge fdb')]);

export const readFdb = readByTool({ 'bridge-json': readBridgeFdbJson, bridge: readBridgeFdb });

const SYS = `cat /proc/net/dev || exit 1
for link in "$ROOT"/sys/class/net/*; do
  [ -e "$link/ifindex" ] && printf '\\036%s\\n' "\${link##*/}"
done
for port in "$ROOT"/sys/class/net/*/brif/*; do
  [ -e "$port/state" ] || continue
  bridge=\${port%/brif/*}
  read -r hairpin <"$port/hairpin_mode" && read -r state <"$port/state" &&
    printf 'port %s %s %s %s\\n' "\${port##*/}" "\${bridge##*/}" "$hairpin" "$state"
done
true`;

export const bridgePortsAsk = staticAsk('bridge ports', [
  command('bridge-json', 'bridge -j -d link'),
  command('bridge', 'bridge -d link'),
  { tool: 'sys', needs: ['cat'], script: SYS, shown: 'cat /sys/class/net/*/brif/*/{hairpin_mode,state}' },
]);

export const readBridgePorts = readByTool({
  'bridge-json': readBridgeLinkJson,
  bridge: readBridgeLink,
  sys: readSysBridgePorts,
});
