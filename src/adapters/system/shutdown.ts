/**
 * Runs `handler` once, on the first SIGINT, SIGTERM or SIGHUP. A second signal ends the process
 * at once: a person who presses Ctrl-C twice means it.
 *
 * @returns takes the handler back
 */
export function onShutdown(handler: (signal: NodeJS.Signals) => void): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let asked = false;
  const receive = (signal: NodeJS.Signals): void => {
    if (asked) process.exit(130);
    asked = true;
    handler(signal);
  };
  for (const signal of signals) process.on(signal, receive);
  return () => {
    for (const signal of signals) process.off(signal, receive);
  };
}
