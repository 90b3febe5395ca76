// `ip -j neigh`
import { isUnreadable, type Unreadable } from '../fact.js';
import type { Neighbour } from '../network.js';
import { parseRecords, present, textOf, textsOf } from './tool-json.js';

export function readIpNeighJson(text: string): readonly Neighbour[] | Unreadable {
  const records = parseRecords(text, 'ip -j neigh');
  if (isUnreadable(records)) return records;
  return records.map((record) =>
    present<Neighbour>({
      ip: textOf(record, 'dst') ?? '',
      dev: textOf(record, 'dev') ?? '',
      mac: textOf(record, 'lladdr'),
      state: textsOf(record, 'state').join(',') || 'NONE',
    }),
  );
}
