import { readBusyboxIpLink, readIpLink } from '../read/ip-link.js';
import { readIpLinkJson } from '../read/ip-link-json.js';
import { readSysLinks } from '../read/sys-links.js';
import { readByTool } from '../read/answered.js';
import { busyboxIp, command, iproute2, staticAsk } from './ask.js';

/**
 * /sys shows the network namespace its mount was made in, /proc/net the one the reader is in. Where the two differ
 * (nsenter without a fresh /sys) the reader refuses: both lists of names are printed for it to compare. Below ROOT,
 * the root of the process whose namespace was entered, they agree.
 */
const SYS = `cat /proc/net/dev || exit 1
for link in "$ROOT"/sys/class/net/*; do
  [ -e "$link/ifindex" ] || continue
  printf '\\036%s\\n' "\${link##*/}"
  for key in ifindex iflink mtu flags address carrier type; do
    value=
    read -r value <"$link/$key"
    printf '%s %s\\n' "$key" "$value"
  done 2>/dev/null
  while read -r line; do printf 'uevent %s\\n' "$line"; done <"$link/uevent"
  for upper in "$link"/upper_*; do [ -e "$upper" ] && printf 'upper %s\\n' "\${upper##*/upper_}"; done
  if [ -d "$link/brport" ]; then
    for key in hairpin_mode state; do
      read -r value <"$link/brport/$key" && printf 'brport_%s %s\\n' "$key" "$value"
    done
  fi
  [ -d "$link/bridge" ] && printf 'kind bridge\\n'
done
true`;

export const linksAsk = staticAsk('links', [
  command('ip-json', 'ip -j -d -s link'),
  iproute2('ip -d -s link'),
  busyboxIp('ip link'),
  { tool: 'sys', needs: ['cat'], script: SYS, shown: 'cat /proc/net/dev /sys/class/net/*/*' },
]);

export const readLinks = readByTool({
  'ip-json': readIpLinkJson,
  ip: readIpLink,
  'busybox-ip': readBusyboxIpLink,
  sys: readSysLinks,
});
