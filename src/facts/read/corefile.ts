/** The parts of CoreDNS's configuration that decide where a query goes. */
export interface Corefile {
  readonly zones: readonly string[];
  readonly forwards: readonly string[];
}

export function readCorefile(source: string): Corefile {
  const lines = source.split('\n').map((line) => line.replace(/#.*/, '').trim());
  const words = (plugin: string): readonly string[] =>
    lines
      .filter((line) => line.startsWith(`${plugin} `))
      .flatMap((line) => line.replace('{', '').trim().split(/\s+/).slice(1));
  // `forward FROM TO...`: the first word is the zone forwarded, the rest are addresses or a resolv.conf.
  return { zones: words('kubernetes'), forwards: words('forward').slice(1) };
}
