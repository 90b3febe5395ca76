import type { Attempts, Lookup, SizeSweep } from '../observation.js';

declare module '../fact.js' {
  interface FlowFacts {
    /** Real connections from the source's own namespace. `not-attempted` for a source we cannot stand in. */
    attempts: Attempts;
    /** Only for flows to a nameserver that carry a `host`: the lookup itself. */
    lookup: Lookup;
    sweep: SizeSweep;
  }
}
