// Every command, as data. Its module is loaded only when it is called, so that --help stays as fast as node itself.
import { FLAGS, longName, type Flag, type FlagGroup } from './flags.js';
import type { Terminal } from './terminal.js';

export type FlagValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

export interface Call {
  readonly words: readonly string[];
  readonly flags: FlagValues;
  readonly terminal: Terminal;
}
/** Answers the exit code. */
export type Run = (call: Call) => Promise<number>;

export interface CommandSpec {
  readonly name: string;
  readonly alias?: string;
  /** As commander reads them: `<required>`, `[optional]`. */
  readonly words: string;
  readonly says: string;
  readonly groups: readonly FlagGroup[];
  readonly flags?: readonly Flag[];
  readonly load: () => Promise<{ readonly run: Run }>;
}
/** Flags of a group by name, where the others of it would mean nothing. */
const some = (group: FlagGroup, ...names: readonly string[]): readonly Flag[] =>
  FLAGS[group].flags.filter((flag) => names.includes(longName(flag)));
const LIVE = ['run', 'reach', 'time', 'output', 'verdict', 'files', 'kubectl'] as const;

/** The command without a name: what people type when they are paged. */
export const DIAGNOSE: CommandSpec = {
  name: 'diagnose',
  words: '[source] [destination]',
  says: 'find why SOURCE cannot reach DESTINATION',
  groups: LIVE,
  load: () => import('./diagnose-command.js'),
};

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'path',
    words: '<source> <destination>',
    says: 'walk the packet hop by hop, with the rule each step rests on',
    groups: LIVE,
    load: () => import('./path-command.js'),
  },
  {
    name: 'policy',
    words: '[source] [destination]',
    says: 'what policies say of a flow, why, and who enforces them',
    groups: ['reach', 'time', 'files', 'kubectl'],
    flags: [
      { flags: '--expect <verdict>', says: 'exit 3 unless it is allow, or deny', choices: ['allow', 'deny'] },
      { flags: '--matrix', says: 'every pair of pods of the namespace, in place of a flow' },
      ...some('run', '--port', '--protocol', '--to-namespace'),
      { flags: '-o, --output <format>', says: 'text or json', choices: ['text', 'json'] },
      ...some('output', '--width', '--color', '--progress', '--quiet'),
    ],
    load: () => import('./policy-command.js'),
  },
  {
    name: 'cluster',
    words: '',
    says: 'examine nodes, CNI, kube-proxy and DNS, without a flow',
    groups: LIVE,
    load: () => import('./cluster-command.js'),
  },
  {
    name: 'explain',
    words: '<id>',
    says: 'what a check looks at, why it matters, how to refute it',
    groups: [],
    flags: [{ flags: '-o, --output <format>', says: 'text or json', choices: ['text', 'json'] }],
    load: () => import('./explain-command.js'),
  },
  {
    name: 'checks',
    alias: 'list',
    words: '',
    says: 'list the checks: id, layer, subject, lowest rung',
    groups: ['run'],
    flags: [{ flags: '-o, --output <format>', says: 'text or json', choices: ['text', 'json'] }],
    load: () => import('./checks-command.js'),
  },
  {
    name: 'permissions',
    words: '',
    says: 'what each rung needs and what you have; -o yaml: least role',
    groups: ['kubectl'],
    flags: [
      {
        flags: '--for <rung>',
        says: 'none, exec, node (default exec)',
        choices: ['none', 'exec', 'node'],
      },
      { flags: '--select <globs>', says: 'only what these checks need', repeats: true },
      { flags: '--skip <globs>', says: 'not what these checks need', repeats: true },
      { flags: '-o, --output <format>', says: 'text, json or yaml', choices: ['text', 'json', 'yaml'] },
    ],
    load: () => import('./permissions-command.js'),
  },
  {
    name: 'bundle',
    words: '<source> [destination]',
    says: 'collect evidence into a file, for --from-bundle elsewhere',
    groups: LIVE,
    flags: [{ flags: '-f, --file <file>', says: 'the .tar.gz to write' }],
    load: () => import('./bundle-command.js'),
  },
  {
    name: 'report',
    words: '<file>',
    says: 'print a saved JSON report in another format',
    groups: ['output'],
    load: () => import('./report-command.js'),
  },
  {
    name: 'demo',
    words: '',
    says: 'diagnose a recorded broken cluster: no cluster, no network',
    groups: ['output', 'verdict'],
    load: () => import('./demo-command.js'),
  },
  {
    name: 'cleanup',
    words: '',
    says: 'list, then remove, probe pods that an earlier run left',
    groups: ['kubectl'],
    flags: [
      { flags: '-A, --all-namespaces', says: 'in every namespace' },
      { flags: '-y, --yes', says: 'remove without asking' },
      { flags: '--dry-run', says: 'only list' },
    ],
    load: () => import('./cleanup-command.js'),
  },
  {
    name: 'schema',
    words: '[document]',
    says: 'JSON Schema of -o json (report)',
    groups: [],
    load: () => import('./schema-command.js'),
  },
  {
    name: 'completion',
    words: '<shell>',
    says: 'completion script for bash, zsh, fish, powershell, or kubectl',
    groups: [],
    load: () => import('./completion-command.js'),
  },
  {
    name: 'version',
    words: '',
    says: 'versions of this client and of the server, and where it lies',
    groups: ['kubectl'],
    flags: [
      { flags: '--client', says: 'do not ask the server' },
      { flags: '-v, --verbose', says: 'node, platform and own path' },
      { flags: '-o, --output <format>', says: 'text or json', choices: ['text', 'json'] },
    ],
    load: () => import('./version-command.js'),
  },
  { name: 'options', words: '', says: 'every flag', groups: [], load: () => import('./options-command.js') },
];
export const COMMAND_NAMES: readonly string[] = COMMANDS.flatMap(({ name, alias }) => (alias ? [name, alias] : [name]));
