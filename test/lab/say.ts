const began = Date.now();

/** A line of progress with the seconds since the command began, on standard error so that answers stay on their own. */
export function say(text: string): void {
  process.stderr.write(`${((Date.now() - began) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}
