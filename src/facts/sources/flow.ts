import type { ConntrackEntry } from '../network.js';
import type { Attempts, Lookup, SizeSweep } from '../observation.js';

declare module '../fact.js' {
  interface FlowFacts {
    /** Real connections from the source's own namespace. */
    attempts: Attempts;
    /** Only for flows to a nameserver that carry a `host`: the lookup itself. */
    lookup: Lookup;
    /** DF-flagged pings of growing size, from a pod to a pod on another node. */
    sweep: SizeSweep;
    /** Entries about this flow's address in the source node's table, never the whole table. */
    tracked: readonly ConntrackEntry[];
  }
}
