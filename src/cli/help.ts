// The first screen anybody sees: it must fit one, and show how to ask before it lists what exists.
import { COMMANDS } from './commands.js';

export function helpText(name: string): string {
  const commands = COMMANDS.map((command) => `  ${command.name.padEnd(12)} ${command.says}`);
  return [
    'Find why one workload cannot reach another, from L1 to L7, the cause first.',
    '',
    ...usageLines(name),
    '',
    'Commands:',
    ...commands,
    '',
    'Flags (they come after "netdiag"):',
    '  -n, --namespace NAME   namespace of what is named without one',
    '  --probe RUNG           none: API only; exec (default): read-only commands in',
    '                         running pods; node: short-lived pods on the path',
    '  --select, --skip GLOB  which checks to run, e.g. dns-*',
    '  --timeout 60s          longest time for all of it',
    '  -o FORMAT[=FILE]       text, wide, short, json, yaml, markdown; repeatable',
    '  --fail-on SEVERITY     exit 3 from: outage, degraded (default), risk, never',
    `More: ${name} options; ${name} COMMAND -h`,
    'Exit: 0 fine, 1 our error, 2 usage, 3 findings, 4 inconclusive, 5 no API server',
  ].join('\n');
}

export const usageLines = (name: string): readonly string[] => [
  `Usage: ${name} SOURCE [DESTINATION] [flags]`,
  `  ${name} pod/web-0 svc/api:http          pod to service`,
  `  ${name} deploy/web svc/api.shop:8080    elsewhere: NAME.NAMESPACE`,
  `  ${name} pod/web-0 https://example.com   out of the cluster`,
  `  ${name} node/a node/b                   node to node`,
  `  ${name} svc/api                         one object`,
];
