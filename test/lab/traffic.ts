import type { Place, Survey } from './seed.js';

/** One pod on each client's node that asks a backend on another node for a page twice a second, for as long as it lives. */
export function noise(namespace: string, { clients, backends, serverPort }: Survey): readonly object[] {
  return clients.flatMap(({ node }) => {
    const across = backends.find((backend) => backend.node !== node);
    return across === undefined ? [] : [talker(namespace, node, { at: across, port: serverPort })];
  });
}

// Pod addresses, not the Service's: the traffic must cross the nodes whatever kube-proxy would choose.
function talker(namespace: string, node: string, { at, port }: { at: Place; port: number }): object {
  const command = `while :; do curl -s -m 1 -o /dev/null http://${at.ip}:${port}/; sleep 0.5; done`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `decoy-talker-${node}`, namespace },
    spec: {
      nodeName: node,
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'c',
          image: 'lab.local/nettools:1',
          imagePullPolicy: 'IfNotPresent',
          command: ['/bin/sh', '-c', command],
        },
      ],
    },
  };
}
