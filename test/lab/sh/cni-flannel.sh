#!/bin/bash
# CNI plugin "flannel": turns flanneld's subnet file into a configuration of the bridge and host-local plugins and hands
# over to the real bridge plugin, which is what flannel's own plugin does (it cannot be had as a Go module).
conf=$(cat)
[ "$CNI_COMMAND" = VERSION ] && { echo '{"cniVersion":"1.0.0","supportedVersions":["0.3.0","0.3.1","0.4.0","1.0.0"]}'; exit 0; }
if ! . /run/flannel/subnet.env 2>/dev/null; then
  [ "$CNI_COMMAND" = DEL ] && exit 0
  echo '{"cniVersion":"0.3.1","code":7,"msg":"loadFlannelSubnetEnv failed: open /run/flannel/subnet.env: no such file or directory"}'
  exit 1
fi
[ "$FLANNEL_IPMASQ" = true ] && masq=false || masq=true
jq -c --arg sub "$FLANNEL_SUBNET" --arg net "$FLANNEL_NETWORK" --argjson mtu "$FLANNEL_MTU" --argjson masq "$masq" '
  {cniVersion, name, type: "bridge", bridge: "cni0", mtu: $mtu, ipMasq: $masq, isGateway: true}
  + (.delegate // {})
  + {ipam: {type: "host-local", ranges: [[{subnet: ($sub | sub("\\.1/"; ".0/"))}]], routes: [{dst: $net}]}}
  + (if .prevResult then {prevResult} else {} end)' <<< "$conf" | exec /opt/cni/bin/bridge
