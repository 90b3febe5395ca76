// `ip -j addr`
import { isUnreadable, type Unreadable } from '../fact.js';
import type { Address } from '../network.js';
import { numberOf, objectsOf, parseRecords, textOf } from './tool-json.js';

export function readIpAddrJson(text: string): readonly Address[] | Unreadable {
  const records = parseRecords(text, 'ip -j addr');
  if (isUnreadable(records)) return records;
  return records.flatMap((record) =>
    objectsOf(record, 'addr_info')
      .filter((each) => Object.keys(each).length > 0)
      .map((each): Address => {
        const family = textOf(each, 'family') === 'inet6' ? 6 : 4;
        return {
          link: textOf(record, 'ifname') ?? '',
          family,
          ip: textOf(each, 'local') ?? '',
          prefix: numberOf(each, 'prefixlen') ?? (family === 4 ? 32 : 128),
          scope: textOf(each, 'scope') ?? 'global',
        };
      }),
  );
}
