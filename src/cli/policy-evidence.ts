// --save-evidence of what makes no diagnosis: the same bundle as a flow's, with this run's times.
import type { Bundled } from './bundled.js';
import type { Call } from './commands.js';
import type { Opened } from './live.js';
import { text } from './options.js';
import { saveEvidence } from './save-evidence.js';
import { VERSION } from './version.js';

/** Called before the first question is put; what it returns, when the last is answered. */
export function evidenceSaver({ flags }: Call, opened: Opened | Bundled, asked: readonly string[]): () => void {
  const started = Date.now();
  return () => {
    const { saveEvidence: file } = text(flags, 'saveEvidence');
    if (file === undefined) return;
    const { door, context, server, namespace } = opened;
    const { version, ...times } =
      'recorded' in opened
        ? opened.recorded
        : { startedAt: new Date(started).toISOString(), durationMs: Date.now() - started, version: VERSION };
    saveEvidence({ file, door, report: { tool: { version }, context, server, ...times }, asked, namespace });
  };
}
