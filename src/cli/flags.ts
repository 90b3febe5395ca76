// Every flag, as data: parsing, help and completion read this one table.
export interface Flag {
  /** As commander reads it: `-o, --output <format>`. */
  readonly flags: string;
  readonly says: string;
  readonly repeats?: true;
  /** Left out of a command's own help, which has to fit a screen; `options` lists it. */
  readonly rare?: true;
  /** Words completion offers for its value. */
  readonly choices?: readonly string[];
}
export type FlagGroup = 'kubectl' | 'run' | 'reach' | 'time' | 'output' | 'verdict' | 'files';

/** What --probe takes. Debug containers (`ephemeral`) are not made yet, and a flag that does nothing is worse than none. */
export const RUNGS = ['none', 'exec', 'node'] as const;
export const SEVERITIES = ['outage', 'degraded', 'risk'] as const;
export const COLOURS = ['auto', 'always', 'never'] as const;

const flag = (flags: string, says: string, choices?: readonly string[]): Flag =>
  choices === undefined ? { flags, says } : { flags, says, choices };
const repeats = (flags: string, says: string): Flag => ({ flags, says, repeats: true });
const rare = (one: Flag): Flag => ({ ...one, rare: true });

/** kubectl's own, complete (cli-runtime config_flags.go), so that what people type for kubectl works here. */
const KUBECTL: readonly Flag[] = [
  flag('-n, --namespace <name>', 'namespace of what is named without one'),
  flag('--context <name>', 'kubeconfig context'),
  flag('--kubeconfig <file>', 'path to the kubeconfig file'),
  rare(flag('--cluster <name>', 'kubeconfig cluster')),
  rare(flag('--user <name>', 'kubeconfig user')),
  rare(flag('-s, --server <url>', 'address of the API server')),
  rare(flag('--token <token>', 'bearer token')),
  rare(flag('--as <user>', 'user to impersonate')),
  rare(repeats('--as-group <group>', 'group to impersonate; repeatable')),
  rare(flag('--as-uid <uid>', 'uid to impersonate')),
  rare(repeats('--as-user-extra <key=value>', 'extra field to impersonate; repeatable')),
  rare(flag('--certificate-authority <file>', 'certificate of the authority that signed the API server')),
  rare(flag('--client-certificate <file>', 'client certificate')),
  rare(flag('--client-key <file>', 'client key')),
  rare(flag('--tls-server-name <name>', 'name to verify in the certificate of the API server')),
  rare(flag('--insecure-skip-tls-verify', 'do not verify the certificate of the API server')),
  rare(flag('--request-timeout <duration>', 'longest wait for one API request, e.g. 10s')),
  rare(flag('--disable-compression', 'do not ask the API server for compressed answers')),
  rare(flag('--cache-dir <dir>', "kubectl's discovery cache; accepted, not used")),
];
const RUN: readonly Flag[] = [
  repeats('--select <globs>', 'only these checks, e.g. dns-*,mtu-mismatch'),
  repeats('--skip <globs>', 'not these checks'),
  rare(flag('--layers <list>', 'only checks of these layers, e.g. L3,L4')),
  flag('--port <port>', 'destination port, by number or name'),
  rare(flag('--protocol <name>', 'tcp or udp', ['tcp', 'udp'])),
  flag('--to-namespace <name>', 'namespace of the destination'),
  flag('--repeat <n>', 'try the flow so often: for failures that come and go'),
];
const REACH: readonly Flag[] = [
  flag('--probe <rung>', 'how far it may go: none, exec, node (default exec)', RUNGS),
  rare(flag('--image <image>', 'image for probe pods; else one that is already on the node')),
  rare(flag('--probe-namespace <name>', 'namespace for probe pods (default kube-system)')),
  flag('-y, --yes', 'create probe pods without asking'),
  rare(flag('--skip-node-list', 'do not list the nodes: what needs the list is not known')),
  flag('--dry-run <mode>', 'client: list every object and command, and do nothing', ['client']),
];
const TIME: readonly Flag[] = [
  flag('--timeout <duration>', 'longest time for all of it (default 60s)'),
  rare(flag('--check-timeout <duration>', 'longest time for one command in a pod (default: 5s to 20s, by command)')),
  rare(flag('--parallel <n>', 'questions at a time (default 8)')),
];
const OUTPUT: readonly Flag[] = [
  repeats('-o, --output <format>', 'text, wide, short, json, yaml, markdown; FORMAT=FILE writes a file; repeatable'),
  rare(flag('--min-severity <severity>', 'show findings from this severity on', SEVERITIES)),
  flag('--show-passed', 'show checks that passed, too'),
  rare(flag('--width <columns>', 'columns to wrap text at')),
  rare(flag('--color <when>', 'auto, always, never', COLOURS)),
  rare(flag('--progress <when>', 'auto, never', ['auto', 'never'])),
  flag('-q, --quiet', 'nothing on stderr but errors'),
  flag('-v, --verbose', 'consequences and evidence in full; a stack when we crash'),
];
const VERDICT: readonly Flag[] = [
  flag('--fail-on <severity>', 'exit 3 from this severity on: outage, degraded, risk, never (default degraded)', [
    ...SEVERITIES,
    'never',
  ]),
  flag('--exit-zero', 'exit 0 whatever was found'),
  flag('--allow-incomplete', 'exit 0, not 4, when a required question was not answered'),
];
const FILES: readonly Flag[] = [
  flag('--from-bundle <file>', 'read a saved bundle instead of a cluster'),
  flag('--save-evidence <file>', 'save every question and answer as a bundle'),
];
export const FLAGS: Readonly<Record<FlagGroup, { readonly title: string; readonly flags: readonly Flag[] }>> = {
  run: { title: 'What to run', flags: RUN },
  reach: { title: 'How far it may go', flags: REACH },
  time: { title: 'Time', flags: TIME },
  output: { title: 'Output', flags: OUTPUT },
  verdict: { title: 'Exit code', flags: VERDICT },
  files: { title: 'Files', flags: FILES },
  kubectl: { title: "kubectl's own", flags: KUBECTL },
};

/** `-o, --output <format>` -> `--output`. */
export const longName = ({ flags }: Flag): string => /--[a-z-]+/.exec(flags)![0];
export const takesValue = ({ flags }: Flag): boolean => flags.includes('<');
