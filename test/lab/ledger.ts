// A server and a Service of the fault's own, for faults that must restart the server or give its Service another address.
import { until } from './run.js';
import type { Flow } from './fault.js';
import { NAMESPACE, type Scene } from './scene.js';

const LEDGER = 'ledger';
const PORT = 8088;

const selector = { app: LEDGER };

/** (Re)starts the server bound to `address`, on the node across, and waits until it runs there. */
export async function ledgerServes(scene: Scene, address: string): Promise<void> {
  const container = {
    name: 'server',
    image: 'lab.local/server:1',
    imagePullPolicy: 'IfNotPresent',
    args: ['-http', `${address}:${PORT}`],
    ports: [{ name: 'http', containerPort: PORT }],
  };
  await scene.kubectl('delete', 'pod', LEDGER, '-n', NAMESPACE, '--ignore-not-found', '--grace-period=0', '--force');
  await scene.apply({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: LEDGER, namespace: NAMESPACE, labels: selector },
    spec: { nodeName: scene.draw.far, terminationGracePeriodSeconds: 0, containers: [container] },
  });
  await ledgerService(scene);
  await scene.kubectl('wait', `pod/${LEDGER}`, '-n', NAMESPACE, '--for=condition=Ready', '--timeout=20s');
}

/** Makes the Service when it is not there, and remembers its address. */
export async function ledgerService(scene: Scene): Promise<void> {
  await scene.apply({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: LEDGER, namespace: NAMESPACE },
    spec: { selector, ports: [{ name: 'http', port: 80, targetPort: PORT }] },
  });
  scene.keep(
    'ledger',
    await scene.kubectl('get', 'service', LEDGER, '-n', NAMESPACE, '-o', 'jsonpath={.spec.clusterIP}'),
  );
}

/** Deletes and makes the Service anew: it gets another address, which only a working proxy will learn. */
export async function ledgerMoves(scene: Scene): Promise<void> {
  const was = scene.kept('ledger');
  await until('another address for the Service', 10_000, async () => {
    await scene.kubectl('delete', 'service', LEDGER, '-n', NAMESPACE, '--ignore-not-found');
    await ledgerService(scene);
    return scene.kept('ledger') === was ? undefined : true;
  });
}

export async function ledgerGone(scene: Scene): Promise<void> {
  const common = ['-n', NAMESPACE, '--ignore-not-found', '--wait=false'];
  await scene.kubectl('delete', `service/${LEDGER}`, `pod/${LEDGER}`, '--grace-period=0', '--force', ...common);
}

export function ledgerFlow(scene: Scene): Flow {
  return {
    source: `pod/${scene.draw.client.pod}`,
    dest: `svc/${LEDGER}`,
    probe: 'http',
    address: scene.kept('ledger'),
    port: 80,
  };
}
