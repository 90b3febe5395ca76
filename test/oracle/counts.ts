// What was compared, so that a kind generator cannot hide behind a good score: counted from the kernel's own trace.
import type { ClusterCase } from './cluster-judge.js';
import { isKnown } from './compare.js';
import type { Case } from './judge.js';
import { TRANSLATES, WORDS } from './words.js';

interface Tally {
  cases: number;
  ruled: number;
  unanswered: number;
  failed: number;
  situations: number;
  rejected: number;
  open: number;
  matters: number;
}
const EMPTY: Tally = { cases: 0, ruled: 0, unanswered: 0, failed: 0, situations: 0, rejected: 0, open: 0, matters: 0 };

export type Result = Case | ClusterCase;

/** Issue 5 sets them for 20,000 cases; fewer cases prove less. */
const ENOUGH = 20_000;
const FLOORS = { answered: 98, dropped: 25, translated: 25, crossing: 10, word: 100, open: 5 } as const;
/** Two live backends have nat chains whose order nobody can know: no floor there. */
const FREE = new Set(['iptables-both']);

export class Counts {
  readonly #families = new Map<string, Tally>();
  readonly #words = new Map<string, number>(WORDS.map(({ name }) => [name, 0]));
  readonly #rejections = new Set<string>();
  #dropped = 0;
  #translated = 0;
  #crossing = 0;

  get total(): number {
    return this.#sum('cases');
  }
  get failed(): number {
    return this.#sum('failed');
  }

  situation(family: string, undecided: boolean): void {
    const tally = this.#tally(family);
    tally.situations += 1;
    if (undecided) tally.open += 1;
  }
  rejected(family: string, why: string): void {
    this.#tally(family).rejected += 1;
    this.#rejections.add(why.trim().split('\n').slice(0, 2).join(' '));
  }

  add(family: string, result: Result): void {
    const tally = this.#tally(family);
    const { kind } = result.comparison;
    tally.cases += 1;
    if (result.ruled) tally.ruled += 1;
    if (result.open === 'matters') tally.matters += 1;
    if (kind === 'unanswered' && result.open === undefined) tally.unanswered += 1;
    if (kind === 'disagree') tally.failed += 1;
    this.#measure(result);
  }

  #measure({ prediction, trail }: Result): void {
    const texts = [...trail.there, ...trail.back];
    for (const { name, looks } of WORDS)
      if (texts.some((text) => looks.test(text))) this.#words.set(name, (this.#words.get(name) ?? 0) + 1);
    const [first] = prediction.branches.filter(isKnown);
    const steps = first ? [...first.hops, ...(first.reply?.hops ?? [])].flatMap((hop) => hop.steps) : [];
    const isLost =
      first && ['dropped', 'refused', 'no-route', 'loop', 'neighbour-unreachable'].includes(first.outcome.kind);
    if (isLost) this.#dropped += 1;
    if (texts.some((text) => TRANSLATES.test(text))) this.#translated += 1;
    const hooks = steps.filter((step) => step.trail !== undefined).map(({ says }) => says.split(':')[0]);
    if (new Set(hooks).size > 1) this.#crossing += 1;
  }

  /** Empty when the run was hard enough, or too short to tell. */
  missed(): readonly string[] {
    if (this.total < ENOUGH) return [];
    return [
      ...[...this.#families].flatMap(([family, tally]) =>
        FREE.has(family) ? [] : least(`${family} answered, %`, answered(tally), FLOORS.answered),
      ),
      ...least('dropped or refused, %', this.#share(this.#dropped), FLOORS.dropped),
      ...least('translated, %', this.#share(this.#translated), FLOORS.translated),
      ...least('through rules of two hooks, %', this.#share(this.#crossing), FLOORS.crossing),
      ...least('situations with an undecidable rule, %', this.#openShare(), FLOORS.open),
      ...[...this.#words].flatMap(([name, count]) => least(`packets that matched ${name}`, count, FLOORS.word)),
    ];
  }

  lines(seconds: number): readonly string[] {
    const families = [...this.#families]
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([family, tally]) => {
        const { cases, ruled, failed, situations, rejected } = tally;
        return `${family}: ${situations} situations, ${cases} cases, answered ${answered(tally).toFixed(1)} %, compared rule by rule ${ruled}, ${failed} failed, refused by the tool ${rejected}`;
      });
    return [
      ...families,
      `undecidable: ${this.#openShare().toFixed(1)} % of situations, ${this.#sum('matters')} packets for which it matters`,
      `dropped or refused ${this.#share(this.#dropped).toFixed(1)} %, translated ${this.#share(this.#translated).toFixed(1)} %, through rules of two hooks ${this.#share(this.#crossing).toFixed(1)} %`,
      `packets by what they matched: ${[...this.#words]
        .toSorted(([, left], [, right]) => left - right)
        .map(([name, count]) => `${name} ${count}`)
        .join(', ')}`,
      ...[...this.#rejections].slice(0, 5).map((why) => `refused: ${why}`),
      `${seconds.toFixed(0)} s`,
    ];
  }

  readonly #share = (part: number): number => (100 * part) / Math.max(1, this.total);
  readonly #openShare = (): number => (100 * this.#sum('open')) / Math.max(1, this.#sum('situations'));

  #tally(family: string): Tally {
    const tally = this.#families.get(family) ?? { ...EMPTY };
    this.#families.set(family, tally);
    return tally;
  }
  #sum(field: keyof Tally): number {
    return [...this.#families.values()].reduce((sum, tally) => sum + tally[field], 0);
  }
}

const least = (what: string, is: number, floor: number): readonly string[] =>
  is < floor ? [`${what}: ${is.toFixed(1)}, at least ${floor} wanted`] : [];
const answered = ({ cases, unanswered }: Tally): number => (100 * (cases - unanswered)) / Math.max(1, cases);
