import check from '../../src/checks/l3-network/underlay-drop.js';
import { crossing } from '../../src/checks/flow-samples.js';
import { testCheck } from '../support/test-check.js';

testCheck(check, {
  passes: {
    'it arrived, and the pod does not answer': [
      { crossing: crossing({ seenTo: 'unanswered' }) },
      'w2 sees the connection: it is not lost between the nodes',
    ],
  },
  fails: {
    'lost on the way there': [
      { crossing: crossing() },
      'outage',
      'w1 sends it and w2 never sees it: lost between them, outside of both',
    ],
    'lost on the way back': [
      { crossing: crossing({ seenTo: 'answered' }) },
      'outage',
      'w2 answers it and w1 never sees the answer: lost between them on the way back, outside of both',
    ],
    'nobody could look at connections, and everything else is right': [
      { crossing: crossing({ seenFrom: 'not-read', seenTo: 'not-read' }) },
      'outage',
      'nothing on w1 or w2 stops it and yet no answer comes: lost between them, or by what neither shows',
    ],
  },
  skips: {
    answered: [{ crossing: 'none' }, 'answered in some way, or within one node'],
    'a node stops it': [
      { crossing: crossing({ shouldPass: false }) },
      'what the nodes hold stops it, or is not known to the end',
    ],
  },
});
