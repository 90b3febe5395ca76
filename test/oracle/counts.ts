// What was compared, so that a kind generator cannot hide behind a good score.
import type { Prediction } from '../../src/path/prediction.js';
import { type Comparison, isKnown } from './compare.js';

interface Tally {
  cases: number;
  agreed: number;
  unanswered: number;
  failed: number;
  rejected: number;
}

export class Counts {
  readonly #families = new Map<string, Tally>();
  readonly #words = new Map<string, number>();
  readonly #rejections = new Set<string>();
  #dropped = 0;
  #translated = 0;
  #crossing = 0;

  get total(): number {
    return this.#sum('cases');
  }
  get passed(): number {
    return this.#sum('agreed') + this.#sum('unanswered');
  }
  get failed(): number {
    return this.#sum('failed');
  }

  add(family: string, { kind }: Comparison, prediction: Prediction): void {
    const tally = this.#tally(family);
    tally.cases += 1;
    if (kind === 'agree') tally.agreed += 1;
    else if (kind === 'unanswered') tally.unanswered += 1;
    else tally.failed += 1;
    this.#measure(prediction);
  }

  rejected(family: string, why: string): void {
    this.#tally(family).rejected += 1;
    this.#rejections.add(why.trim().split('\n')[0] ?? '');
  }

  #measure({ branches }: Prediction): void {
    const [first] = branches.filter(isKnown);
    if (!first) return;
    const steps = [...first.hops, ...(first.reply?.hops ?? [])].flatMap((hop) => hop.steps);
    const hooks = steps.filter(({ trail }) => trail !== undefined);
    if (['dropped', 'refused', 'no-route', 'loop'].includes(first.outcome.kind)) this.#dropped += 1;
    if (steps.some(({ kind }) => kind === 'nat')) this.#translated += 1;
    if (new Set(hooks.map(({ says }) => says.split(':')[0])).size > 1) this.#crossing += 1;
    const words = new Set(hooks.flatMap(({ trail = [] }) => trail.flatMap(wordsOf)));
    for (const word of words) this.#words.set(word, (this.#words.get(word) ?? 0) + 1);
  }

  lines(seconds: number): readonly string[] {
    const share = (part: number): string => `${((100 * part) / Math.max(1, this.total)).toFixed(1)} %`;
    const families = [...this.#families].toSorted().map(([family, tally]) => {
      const answered = (100 * (tally.cases - tally.unanswered)) / Math.max(1, tally.cases);
      return `${family}: ${tally.cases} cases, answered ${answered.toFixed(1)} %, ${tally.failed} failed, ${tally.rejected} situations refused by the tool`;
    });
    return [
      ...families,
      `dropped or refused ${share(this.#dropped)}, translated ${share(this.#translated)}, through rules of two hooks ${share(this.#crossing)}`,
      `rules that matched, by word: ${[...this.#words]
        .toSorted(([, left], [, right]) => right - left)
        .map(([word, count]) => `${word} ${count}`)
        .join(', ')}`,
      ...[...this.#rejections].slice(0, 5).map((why) => `refused: ${why}`),
      `${seconds.toFixed(0)} s`,
    ];
  }

  #tally(family: string): Tally {
    const tally = this.#families.get(family) ?? { cases: 0, agreed: 0, unanswered: 0, failed: 0, rejected: 0 };
    this.#families.set(family, tally);
    return tally;
  }

  #sum(field: keyof Tally): number {
    return [...this.#families.values()].reduce((sum, tally) => sum + tally[field], 0);
  }
}

/** The match and target names of a rule. */
function wordsOf(text: string): readonly string[] {
  if (text.startsWith('-A'))
    return [...text.matchAll(/ (-m \S+|-[jg] [A-Z]+(?= |$)|-[sdiop](?= ))/g)].map(([, word = '']) => word);
  return [
    ...text.matchAll(
      /"(ip|tcp|udp|th|meta|ct|fib|numgen|vmap|map|masquerade|dnat|snat|redirect|reject|concat|goto|jump)"/g,
    ),
  ].map(([, word = '']) => `nft ${word}`);
}
