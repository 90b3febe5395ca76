// The texts people meet when a question cannot be put: the fact in one line, then what to do.
import { closest } from './did-you-mean.js';
import { KIND_NAMES, kindSpelled } from './kinds.js';
import { UsageError } from './usage-error.js';

const alsoKnown = (words: readonly string[]): string => words.join(', ');
const quote = (word: string): string => `"${word}"`;

export function neitherCommandNorTarget(word: string, next: string | undefined): UsageError {
  const spelled = kindSpelled(word);
  // `netdiag pod web-0` is kubectl's other spelling of pod/web-0.
  const meant = spelled !== undefined && next !== undefined ? `${spelled}/${next}` : `pod/${word}`;
  return new UsageError(`${quote(word)} is neither a command nor a target.`, `Did you mean ${meant}?`);
}

export const unknownCommand = (word: string, meant: string): UsageError =>
  new UsageError(`unknown command ${quote(word)}.`, `Did you mean ${quote(meant)}?`);

export const tooManySlashes = (word: string): UsageError =>
  new UsageError(
    `arguments in resource/name form may not have more than one slash: ${quote(word)}.`,
    `For another namespace write svc/${word.split('/').at(-1)}.NAMESPACE or --to-namespace.`,
  );

export const noSuchKind = (kind: string): UsageError =>
  new UsageError(
    `the server doesn't have a resource type ${quote(kind)} that netdiag can test.`,
    `Supported: ${alsoKnown(KIND_NAMES)}.`,
  );

export const sameEnds = (text: string): UsageError =>
  new UsageError(`source and destination are both ${text}; give a different destination, or only one target.`);

export interface Missing {
  /** As the API calls it: `pods`. */
  readonly what: string;
  readonly name: string;
  readonly namespace?: string;
  readonly context: string;
  /** Names of the same kind beside it. */
  readonly similar: readonly string[];
  /** A namespace that holds one of that name. */
  readonly elsewhere?: string;
}

export function notFound({ what, name, namespace, context, similar, elsewhere }: Missing): UsageError {
  const where = namespace === undefined ? '' : ` in namespace ${quote(namespace)}`;
  const remedies = [
    ...(similar.length > 0 ? [`Similar: ${alsoKnown(similar)}.`] : []),
    ...(elsewhere === undefined ? [] : [`It exists in namespace ${quote(elsewhere)}: add -n ${elsewhere}.`]),
  ];
  const look = `List them: kubectl get ${what}${namespace === undefined ? '' : ` -n ${namespace}`}`;
  return new UsageError(
    `${what} ${quote(name)} not found${where} (context ${quote(context)}).`,
    remedies.length > 0 ? remedies.join(' ') : look,
  );
}

export type Unseen = Pick<Missing, 'what' | 'name' | 'namespace'> & { readonly user: string };

export function cannotTellWhetherExists({ what, name, namespace, user }: Unseen): UsageError {
  const where = namespace === undefined ? '' : ` in ${quote(namespace)}`;
  return new UsageError(
    `cannot tell whether ${what} ${quote(name)} exists: user ${quote(user)} may not get ${what}${where}.`,
    'Grant it: kubectl netdiag permissions --for none -o yaml',
    4,
  );
}

export const noRunningPod = (text: string, total: number): UsageError =>
  new UsageError(
    `${text} has no running pod to test from (0 of ${total}).`,
    `Diagnose it alone: kubectl netdiag ${text}`,
    4,
  );

export const badDuration = (flag: string, given: string): UsageError =>
  new UsageError(
    `${flag} ${quote(given)}: ${/^\d+$/.test(given) ? `add a unit, e.g. ${given}s or 2m.` : 'write a duration such as 500ms, 10s or 2m.'}`,
  );

export const unknownOutput = (given: string, known: readonly string[]): UsageError =>
  new UsageError(`unknown output ${quote(given)}.`, `One of: ${alsoKnown(known)}.`);

export const sharedStdout = (formats: readonly string[]): UsageError =>
  new UsageError(
    `two outputs would share stdout (${alsoKnown(formats)}); give one a file: -o ${formats[1]}=report.${formats[1]}`,
  );

export function unknownCheck(given: string, known: readonly string[]): UsageError {
  const near = closest(given, known);
  return new UsageError(
    `unknown check ${quote(given)}.`,
    `${near.length > 0 ? `Closest: ${alsoKnown(near)}. ` : ''}List: kubectl netdiag checks`,
  );
}

export const matchesNoCheck = (flag: string, glob: string): UsageError =>
  new UsageError(`${flag} ${quote(glob)} matches no check.`, 'List: kubectl netdiag checks');

export const consentNeeded = (where: string): UsageError =>
  new UsageError(
    `--probe=node creates a pod with host networking on ${where}; confirm with --yes, or see it first with --dry-run=client.`,
  );

export const newerSchema = (file: string, has: string, reads: string): UsageError =>
  new UsageError(`${file} has schema ${has}; this netdiag reads up to ${reads}.`, 'Upgrade, or re-run.');
