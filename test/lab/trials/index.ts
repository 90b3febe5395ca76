import { agreement } from './agreement.js';
import { headroom } from './headroom.js';
import { killed } from './killed.js';
import { pairs } from './pairs.js';
import { rights } from './rights.js';
import type { Trial } from './trial.js';

export const TRIALS: readonly Trial[] = [agreement, rights, pairs, killed, headroom];
