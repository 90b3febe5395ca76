import { defineFault } from '../fault.js';
import { ledgerFlow, ledgerGone, ledgerServes } from '../ledger.js';

export const fault = defineFault({
  id: 'listens-on-loopback',
  incident: 'row-22',
  story: 'the server binds 127.0.0.1: port-forward and a curl in the pod succeed, every other pod is refused',
  layer: 'L4',
  cause: 'listens-on-loopback',
  object: () => '127.0.0.1',
  prepare: (scene) => ledgerServes(scene, '0.0.0.0'),
  flow: ledgerFlow,
  stopsAt: () => ({ hop: 'pod/ledger', cites: 'nothing listens' }),
  flavours: ['A', 'B', 'C'],
  sees: 'refused',
  healer: 'none: the address is the program’s argument',
  inject: (scene) => ledgerServes(scene, '127.0.0.1'),
  heal: (scene) => ledgerServes(scene, '0.0.0.0'),
  tidy: ledgerGone,
});
