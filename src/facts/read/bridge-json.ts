// `bridge -j fdb` and `bridge -j -d link`
import { isUnreadable, type Unreadable } from '../fact.js';
import type { FdbEntry, Link } from '../network.js';
import { parseRecords, present, textOf, textsOf } from './tool-json.js';

/** Ports of bridges, by link name. */
export type BridgePorts = Readonly<Record<string, { readonly bridge: string } & NonNullable<Link['port']>>>;

export function readBridgeFdbJson(text: string): readonly FdbEntry[] | Unreadable {
  const records = parseRecords(text, 'bridge -j fdb');
  if (isUnreadable(records)) return records;
  return records.map((record) =>
    present<FdbEntry>({
      mac: textOf(record, 'mac') ?? '',
      dev: textOf(record, 'ifname') ?? '',
      dst: textOf(record, 'dst'),
      master: textOf(record, 'master'),
      permanent: textOf(record, 'state') === 'permanent' || textsOf(record, 'flags').includes('permanent'),
    }),
  );
}

export function readBridgeLinkJson(text: string): BridgePorts | Unreadable {
  const records = parseRecords(text, 'bridge -j link');
  if (isUnreadable(records)) return records;
  return Object.fromEntries(
    records.map((record) => [
      textOf(record, 'ifname') ?? '',
      {
        bridge: textOf(record, 'master') ?? '',
        hairpin: record['hairpin'] === true,
        state: textOf(record, 'state') ?? '',
      },
    ]),
  );
}
