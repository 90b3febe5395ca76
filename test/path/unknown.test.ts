// No rule of a real capture may be ignored in silence: what the walk does not know is counted here by name.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CERTAIN } from '../../src/path/fork.js';
import { testsOf } from '../../src/path/iptables/match.js';
import { targetOf } from '../../src/path/iptables/target.js';
import { chainsOf } from '../../src/path/iptables/table.js';
import { isDoubt, runChain } from '../../src/path/chain.js';
import { readIptablesSave } from '../../src/facts/read/iptables-save.js';
import { unreadable } from '../../src/facts/fact.js';
import { predict } from '../../src/path/predict.js';
import type { World } from '../../src/path/world.js';
import { EMPTY_NETFILTER, calicoWorld, captured, must } from './support/captured-world.js';
import { FORWARDED as sight, FRAME } from './support/frame.js';
import { capturedLab } from './support/lab-world.js';

/** Matches that cannot be decided and targets that cannot be followed, with the number of rules that hold them. */
function unknownsOf(text: string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  const dump = must(readIptablesSave(text, 'nft'));
  for (const rule of [...dump.tables.values()].flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules }) => rules),
  )) {
    for (const match of rule.matches) {
      const open = testsOf(match).some((test) => isDoubt(test(FRAME, sight)));
      if (open && match.module !== 'set') counts[`-m ${match.module}`] = (counts[`-m ${match.module}`] ?? 0) + 1;
    }
    const { flow } = targetOf(rule.target).apply(FRAME, sight);
    if (flow.kind === 'unknown') counts[flow.why] = (counts[flow.why] ?? 0) + 1;
  }
  return counts;
}

describe('rules of real nodes', () => {
  it('are all known on a Calico node', () => {
    expect(calicoWorld().netns.size).toBe(9);
    expect(unknownsOf(captured('calico-3.28-vxlan/w1/iptables-nft-save.txt'))).toEqual({});
  });
  it('are all known on a flannel node with kube-proxy', () => {
    const { world } = capturedLab('flannel-vxlan-iptables-1.34');
    expect(world.netns.get('node/w1')?.netfilter?.unread).toEqual([]);
    expect(
      unknownsOf(
        captured('flannel-vxlan-iptables-1.34/node-w1/iptables.iptables-nft-save.txt').replace('#backend nft\n', ''),
      ),
    ).toEqual({});
  });
  // Out of public repositories, see test/oracle/public; their sets are asked there.
  it.each([
    ['calico-felix-2019', {}],
    ['calico-felix-2025', {}],
    ['azure-npm-2021', {}],
    ['azure-npm-2022', { '-m owner': 1 }],
  ])('are counted by name in %s', (name, expected) => {
    const text = readFileSync(new URL(`../oracle/public/${name}.iptables-save`, import.meta.url), 'utf8');
    expect(unknownsOf(text)).toEqual(expected);
  });
  it('hold one owner match in a mesh pod', () => {
    expect(
      unknownsOf(
        captured('flannel-vxlan-iptables-1.34/pod-shop-mesh/iptables.iptables-nft-save.txt').replace(
          '#backend nft\n',
          '',
        ),
      ),
    ).toEqual({ '-m owner': 1 });
  });
});

const endings = (rules: string): readonly string[] => {
  const dump = must(readIptablesSave(`*filter\n:FORWARD ACCEPT [0:0]\n:X - [0:0]\n${rules}\nCOMMIT\n`, 'nft'));
  const table = dump.tables.get('filter');
  if (!table) throw new Error('no table');
  return runChain({ chains: chainsOf(dump, table), name: 'FORWARD', sight }, { frame: FRAME, fork: CERTAIN }).map(
    ({ verdict, fork }) =>
      `${verdict?.kind ?? 'policy'} if ${[...fork.doubts.values()].map(({ why, assumed }) => `${why} is ${assumed}`).join(', ')}`,
  );
};

describe('a rule that cannot be decided', () => {
  it.each([
    '-m owner --uid-owner 0',
    '-m bpf --bytecode "1,6 0 0 0"',
    '-m string --string x --algo bm',
    '-m u32 --u32 0=1',
    '-m policy --dir in',
    '-m brandnew --flag',
    '-m limit --limit 5/min',
    '-m quota --quota 5',
  ])('forks on %s and never counts as no match', (match) => {
    const lines = endings(`-A FORWARD ${match} -j DROP`);
    expect(lines).toHaveLength(2);
    expect(lines.some((line) => line.startsWith('drop if'))).toBe(true);
  });
  it('does not fork for a rule that only logs', () => {
    expect(endings('-A FORWARD -m limit --limit 5/min -j LOG\n-A FORWARD -m owner --uid-owner 0 -j NFLOG')).toEqual([
      'policy if ',
    ]);
  });
  it('leaves to the policy what returns, in whichever way', () => {
    expect(endings('-A FORWARD -m owner --uid-owner 0 -j RETURN\n-A FORWARD -j DROP').toSorted()).toEqual([
      'drop if -m owner --uid-owner 0 is false',
      'policy if -m owner --uid-owner 0 is true',
    ]);
  });
  it('does not ask the open question when another match says no', () => {
    expect(endings('-A FORWARD -d 10.9.9.9/32 -m owner --uid-owner 0 -j DROP')).toEqual(['policy if ']);
  });
  it('answers one question once', () => {
    expect(
      endings('-A FORWARD -m owner --uid-owner 0 -j X\n-A FORWARD -m owner --uid-owner 0 -j DROP').toSorted(),
    ).toEqual(['drop if -m owner --uid-owner 0 is true', 'policy if -m owner --uid-owner 0 is false']);
  });
  it.each(['NFQUEUE --queue-num 100', 'TPROXY --on-port 1', 'SYNPROXY', 'BRANDNEW'])(
    'cannot follow -j %s',
    (target) => {
      expect(endings(`-A FORWARD -j ${target}`)).toEqual(['unknown if ']);
    },
  );
});

const translated = (chain: string, target: string, unread: boolean): string | undefined => {
  const dump = must(readIptablesSave(`*nat\n:${chain} ACCEPT [0:0]\n-A ${chain} -j ${target}\nCOMMIT\n`, 'nft'));
  const table = must(dump.tables.get('nat') ?? unreadable('no table'));
  const netns = { ...sight.netns, unread: unread ? [{ what: 'addresses', why: 'forbidden' }] : [] };
  const run = { chains: chainsOf(dump, table), name: chain, sight: { ...sight, netns } };
  return runChain(run, { frame: FRAME, fork: CERTAIN })[0]?.verdict?.kind;
};

describe('a translation to an address of its own', () => {
  it.each([
    ['POSTROUTING', 'MASQUERADE'],
    ['PREROUTING', 'REDIRECT'],
  ])('in %s by %s drops where there is none, and is not known where none was read', (chain, target) => {
    expect(translated(chain, target, false)).toBe('drop');
    expect(translated(chain, target, true)).toBe('unknown');
  });
});

describe('a masquerade that cannot be decided', () => {
  const { world, pods } = capturedLab('flannel-vxlan-iptables-1.34');
  const from = must(pods.find(({ id }) => id === 'pod/shop/web') ?? unreadable('no pod web')).id;
  const beyond = (where: World): readonly string[] =>
    predict(where, { protocol: 'tcp', from, dst: '203.0.113.7', dport: 443 }).branches.map(({ outcome }) => {
      if (outcome.kind === 'unknown') return `unknown: ${outcome.undecided.join(', ')}`;
      return outcome.kind === 'leaves' ? `leaves as ${outcome.src}` : outcome.kind;
    });
  const asking = (module: string): World => {
    const node = must(world.netns.get('node/w1') ?? unreadable('no node w1'));
    const text = captured('flannel-vxlan-iptables-1.34/node-w1/iptables.iptables-nft-save.txt')
      .replace('#backend nft\n', '')
      .replace('"flanneld masq" -j MASQUERADE', `"flanneld masq" ${module} -j MASQUERADE`);
    const netfilter = { ...EMPTY_NETFILTER, iptables: [must(readIptablesSave(text, 'nft'))] };
    return { ...world, netns: new Map([...world.netns, [node.id, { ...node, netfilter }]]) };
  };
  it('leaves open with which address a packet goes out, though it goes out either way', () => {
    expect(beyond(asking(''))).toEqual(['leaves as 192.168.108.21']);
    expect(beyond(asking('-m u32 --u32 0=1'))).toEqual(['unknown: -m u32 --u32 0=1']);
  });
});
