// The objects of a probe pod, as they are sent. Pure: `--dry-run=client` prints these very ones.

export interface ProbeSpec {
  readonly node: string;
  readonly namespace: string;
  readonly image: string;
  /** An image somebody named may be pulled; one we found on the node never is. */
  readonly pull: boolean;
  /** Names the run, so that its objects are found together. */
  readonly run: string;
  readonly lifeSeconds: number;
  readonly expiresAt: string;
}

export const OWNER_LABEL = 'app.kubernetes.io/managed-by';
export const OWNER = 'kubectl-netdiag';
export const RUN_LABEL = 'netdiag/run';
export const EXPIRES = 'netdiag/expires-at';
export const PROBE_CONTAINER = 'probe';

/** A Job vanishes by itself once its pod has ended, and its pod ends at its deadline: kill -9 of us leaves nothing. */
export function probeJob(spec: ProbeSpec): object {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: metadata(spec),
    spec: {
      ttlSecondsAfterFinished: 0,
      activeDeadlineSeconds: spec.lifeSeconds,
      backoffLimit: 0,
      template: { metadata: podMetadata(spec), spec: podSpec(spec) },
    },
  };
}

/** For people who may not create Jobs, and clusters whose controllers are down. The next run sweeps what is left. */
export function probePod(spec: ProbeSpec): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...metadata(spec), ...podMetadata(spec) },
    spec: podSpec(spec),
  };
}

const labels = ({ run }: ProbeSpec) => ({ [OWNER_LABEL]: OWNER, [RUN_LABEL]: run });

const metadata = (spec: ProbeSpec) => ({
  generateName: 'netdiag-probe-',
  namespace: spec.namespace,
  labels: labels(spec),
  annotations: { [EXPIRES]: spec.expiresAt },
});

const podMetadata = (spec: ProbeSpec) => ({
  labels: { ...labels(spec), 'sidecar.istio.io/inject': 'false' },
  annotations: { [EXPIRES]: spec.expiresAt, 'linkerd.io/inject': 'disabled' },
});

function podSpec({ node, image, pull, lifeSeconds }: ProbeSpec): object {
  return {
    // Past the scheduler and every taint: the sick nodes are the tainted ones.
    nodeName: node,
    tolerations: [{ operator: 'Exists' }],
    hostNetwork: true,
    hostPID: true,
    dnsPolicy: 'Default',
    restartPolicy: 'Never',
    activeDeadlineSeconds: lifeSeconds,
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    containers: [
      {
        name: PROBE_CONTAINER,
        image,
        imagePullPolicy: pull ? 'IfNotPresent' : 'Never',
        // It only sleeps; questions come in by exec. The shell's trap makes a polite end a prompt one.
        command: ['sh', '-c', `trap 'exit 0' TERM INT; sleep ${lifeSeconds} & wait`],
        securityContext: {
          runAsUser: 0,
          privileged: false,
          // setns needs SYS_ADMIN, another user's /proc/PID/ns needs SYS_PTRACE, iptables-save and ping the others.
          capabilities: { drop: ['ALL'], add: ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN', 'SYS_PTRACE'] },
          seccompProfile: { type: 'RuntimeDefault' },
          // Their default profiles forbid to look into another container's namespaces.
          appArmorProfile: { type: 'Unconfined' },
          seLinuxOptions: { type: 'spc_t' },
        },
        resources: { requests: { cpu: '10m', memory: '32Mi' }, limits: { memory: '1Gi' } },
      },
    ],
  };
}
