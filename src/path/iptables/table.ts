// An iptables dump as chains to walk. Compiled once per rule: a walk over 15,000 rules must stay under 5 ms.
import type { Iptables, IptablesRule, IptablesTable } from '../../facts/netfilter.js';
import { type Act, type ChainRule, type Chains, NEXT, type Sight, type Truth, decide, isDoubt } from '../chain.js';
import type { Fork } from '../fork.js';
import type { Frame } from '../packet.js';
import { doubtOn } from '../question.js';
import { testsOf } from './match.js';
import { type Target, targetOf } from './target.js';
import type { Test } from './test.js';

const compiled = new WeakMap<IptablesTable, Map<string, readonly ChainRule[]>>();

export function chainsOf(dump: Iptables, table: IptablesTable): Chains {
  const known = compiled.get(table) ?? new Map<string, readonly ChainRule[]>();
  compiled.set(table, known);
  return (name) => {
    const before = known.get(name);
    if (before) return before;
    const rules = table.chains.get(name)?.rules.map((rule) => ruleOf(rule, `${dump.backend} ${table.name}`));
    if (rules) known.set(name, rules);
    return rules;
  };
}

function ruleOf(rule: IptablesRule, where: string): ChainRule {
  const tests = rule.matches.flatMap(testsOf);
  const target = targetOf(rule.target);
  const isCondition = rule.matches.some(({ module }) => RATED.has(module));
  return {
    text: rule.text,
    act: (frame, fork, sight) => {
      const truth = truthOf(tests, frame, sight);
      if (truth === false) return undefined;
      if (truth === true) return [done(target, { frame, fork, sight })];
      // Whether a rule matches that only logs is of no consequence.
      if (target.idle) return undefined;
      return forked(truth, target, {
        frame,
        fork,
        sight,
        question: questionOf(rule, { truth, where, isCondition, sight, frame }),
      });
    },
  };
}

/** Two rules with the same rate limit run two buckets; any other open match has one answer for one packet. */
const RATED = new Set(['limit', 'hashlimit', 'quota', 'connlimit', 'statistic', 'connbytes']);

interface Asked {
  readonly truth: Truth;
  readonly where: string;
  readonly isCondition: boolean;
  readonly sight: Sight;
  readonly frame: Frame;
}
function questionOf(rule: IptablesRule, { truth, where, isCondition, sight, frame }: Asked): string {
  const place = `${sight.netns.id} ${where} ${rule.chain}:${rule.position}`;
  return isDoubt(truth) && !isCondition ? doubtOn(frame, sight, truth.doubt) : place;
}

interface At {
  readonly frame: Frame;
  readonly fork: Fork;
  readonly sight: Sight;
}

function done(target: Target, { frame, fork, sight }: At): Act {
  const effect = target.apply(frame, sight);
  return { frame: effect.frame, fork, flow: effect.flow, matched: true };
}

function forked(truth: Truth, target: Target, at: At & { readonly question: string }): readonly Act[] {
  const { yes, no } = decide(truth, at.fork, at.question);
  const acts: Act[] = [];
  if (yes) acts.push(done(target, { ...at, fork: yes }));
  if (no) acts.push({ frame: at.frame, fork: no, flow: NEXT, matched: false });
  return acts;
}

/** All tests must hold. One that fails settles it, whatever else is open; chances multiply. */
function truthOf(tests: readonly Test[], frame: Frame, sight: Sight): Truth {
  let chance = 1;
  let doubt: string | undefined;
  for (const test of tests) {
    const truth = test(frame, sight);
    if (truth === false) return false;
    if (truth === true) continue;
    if (isDoubt(truth)) doubt ??= truth.doubt;
    else chance *= truth.chance;
  }
  if (doubt !== undefined) return { doubt };
  return chance < 1 ? { chance } : true;
}
