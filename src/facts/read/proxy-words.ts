// What kube-proxy says of its own work elsewhere than on its metrics page: its health page, and its log.

/** klog's error lines (E1126 …) that tell of a write or a watch that failed; others are the daily noise. */
const COMPLAINT =
  /^E\d{4} .*(iptables-restore|sync failed|[Ff]ailed to (execute|ensure|sync|list|watch|apply)|nft|Error syncing)/;
/** Of these, the ones about writing rules. */
const WRITE = /iptables-restore|sync failed|[Ff]ailed to (execute|ensure|sync|apply)|nft|Error syncing/;
const KLOG = /^E(\d{2})(\d{2}) (\d{2}:\d{2}:\d{2}\.\d+)/;

export const complaintsOf = (log: string): readonly string[] =>
  [
    ...new Set(
      log
        .split('\n')
        .filter((line) => COMPLAINT.test(line))
        .map((line) => line.slice(0, 300)),
    ),
  ].slice(-3);

export interface HealthPage {
  /** Milliseconds since the epoch, by the node's clock. */
  readonly now: number;
  /** The last write of IPv4 rules that worked; told since 1.32. */
  readonly wrote?: number;
}

/** `{"currentTime":…,"status":{"IPv4":{"lastUpdated":…}}}`; the outer lastUpdated of a healthy one is always now. */
export function readHealthPage(text: string): HealthPage | undefined {
  const now = Date.parse(/"currentTime":"([^"]+)"/.exec(text)?.[1] ?? '');
  const wrote = Date.parse(/"IPv4":\{"lastUpdated":"([^"]+)"/.exec(text)?.[1] ?? '');
  if (Number.isNaN(now)) return undefined;
  return Number.isNaN(wrote) ? { now } : { now, wrote };
}

/**
 * When it last failed to write, in milliseconds. klog gives neither year nor zone: a time that, read as UTC, lies
 * outside of the stretch of log that was asked for is another zone's, and tells nothing.
 */
export function failedWriteAt(
  log: string,
  { now, withinMs }: { readonly now: number; readonly withinMs: number },
): number | undefined {
  const year = new Date(now).getUTCFullYear();
  const times = log.split('\n').flatMap((line) => {
    const [, month, day, time] = KLOG.exec(line) ?? [];
    const at = Date.parse(`${year}-${month}-${day}T${time}Z`);
    return COMPLAINT.test(line) && WRITE.test(line) && at <= now && at > now - withinMs ? [at] : [];
  });
  return times.length === 0 ? undefined : Math.max(...times);
}
