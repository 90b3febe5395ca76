// --dry-run=client: every command that would run and every object that would be made, and none of it done.
import type { Door } from '../evidence/door.js';
import type { Evidence, Request, Where } from '../evidence/evidence.js';
import { shown } from '../evidence/shell.js';
import { diagnose } from './diagnose.js';
import type { Examination } from './examine.js';
import { EXIT } from './exit.js';
import { blockedError, refusalError } from './refusal-error.js';
import type { Terminal } from './terminal.js';

type RunRequest = Extract<Request, { via: 'run' }>;

/** The API is read, because only it can tell which pods and nodes stand on the path. */
export async function dryRun(examination: Omit<Examination, 'progress'>, terminal: Terminal): Promise<number> {
  const { target, checks, door, options } = examination;
  const asked = new Map<string, RunRequest[]>();
  const here = new Set<string>();
  let reads = 0;
  const noting = notingDoor(door, (request) => {
    if (request.via === 'api') reads += 1;
    else if (request.via === 'here') here.add(shown`nc -vz -w 4 ${request.address} ${request.port}`);
    else asked.set(placeText(request.where), [...(asked.get(placeText(request.where)) ?? []), request]);
  });
  try {
    const diagnosed = await diagnose({ target, checks, door: noting });
    if ('blocked' in diagnosed) throw blockedError(diagnosed.blocked, target, examination);
    if ('refusal' in diagnosed) throw refusalError(diagnosed.refusal, examination);
    terminal.out(`${planLines(asked, options.rung, { reads, here }).join('\n')}\n`);
    return EXIT.ok;
  } finally {
    await door.close();
  }
}

function planLines(
  asked: ReadonlyMap<string, readonly RunRequest[]>,
  rung: string,
  { reads, here }: { readonly reads: number; readonly here: ReadonlySet<string> },
): readonly string[] {
  return [
    `Dry run at --probe ${rung}: ${reads} reads of the API were made; nothing below was run or created.`,
    ...[...asked]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([place, requests]) => [
        '',
        `${place}${through(requests[0]!.where, rung)}`,
        ...requests.map(({ ask }) => `  ${ask.tries[0]?.shown ?? ask.id}`).toSorted(),
      ]),
    ...(here.size > 0 ? ['', 'this machine', ...[...here].toSorted().map((command) => `  ${command}`)] : []),
    '',
    'What the first answers show may lead to further commands of the same kinds.',
  ];
}

function through(where: Where, rung: string): string {
  if (rung === 'none') return ': not reached at --probe none';
  const node = where.kind === 'node' ? where.name : where.node;
  if (rung === 'node') return `: through a Job with one pod on node/${node}, gone when the run ends`;
  const [first] = where.kind === 'node' ? where.agents : where.containers;
  return first === undefined
    ? ': no container to go through'
    : `: exec into ${first.namespace}/${first.pod} (${first.container})`;
}

const placeText = (where: Where): string =>
  where.kind === 'node' ? `node/${where.name}` : `pod/${where.name} -n ${where.namespace}`;

function notingDoor(door: Door, note: (request: Request) => void): Pick<Door, 'collect'> {
  return {
    async collect(requests) {
      for (const request of requests) note(request);
      const reads = await door.collect(requests.filter(({ via }) => via === 'api'));
      return requests.map((request): Evidence => {
        const read = reads.find((evidence) => evidence.request === request);
        const gap = { kind: 'not-collected', detail: 'this is a dry run' } as const;
        return read ?? { id: 'dry', request, at: '', answer: { kind: 'refused', gap } };
      });
    },
  };
}
