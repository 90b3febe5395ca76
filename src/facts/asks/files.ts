import { readByTool } from '../read/answered.js';
import { readCniFiles, readSubnetEnv } from '../read/cni-files.js';
import { readHosts, readNsswitch, readResolvConf } from '../read/etc-files.js';
import { staticAsk } from './ask.js';

/** Below ROOT: a probe pod that looks in from outside has an /etc of its own. */
const file = (id: string, path: string) =>
  staticAsk(id, [{ tool: 'file', needs: ['cat'], script: `cat "$ROOT${path}"`, shown: `cat ${path}` }]);

export const resolvConfAsk = file('resolv.conf', '/etc/resolv.conf');
export const readResolvConfAnswer = readByTool({ file: readResolvConf });

export const hostsAsk = file('hosts', '/etc/hosts');
export const readHostsAnswer = readByTool({ file: readHosts });

/** Missing from images with musl, which knows no such file: then the script fails and nothing is claimed. */
export const nsswitchAsk = file('nsswitch.conf', '/etc/nsswitch.conf');
export const readNsswitchAnswer = readByTool({ file: readNsswitch });

/** Of the host's files only what an agent has mounted can be seen; kubeconfigs beside them are credentials and stay unread. */
export const cniFilesAsk = staticAsk('cni files', [
  {
    tool: 'files',
    needs: ['cat'],
    script: `for dir in "$ROOT/etc/cni/net.d" /host/etc/cni/net.d; do
  [ -d "$dir" ] || continue
  for file in "$dir"/*.conf "$dir"/*.conflist "$dir"/*.json; do
    [ -f "$file" ] || continue
    printf '\\036%s\\n' "\${file##*/}"
    cat "$file"
  done
  exit 0
done
echo unseen`,
    shown: 'cat /etc/cni/net.d/*',
  },
]);
export const readCniFilesAnswer = readByTool({ files: readCniFiles });

export const subnetEnvAsk = file('subnet.env', '/run/flannel/subnet.env');
export const readSubnetEnvAnswer = readByTool({ file: readSubnetEnv });
