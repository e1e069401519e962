/** Aborts when this process is asked to end: Ctrl-C, SIGTERM, a closed terminal, or a parent that is gone. */
export function stopRequest(): AbortSignal {
  const stopping = new AbortController();
  const stop = (why: string) => () => stopping.abort(why);
  // Ctrl-C reaches every process of the terminal, and those above us pass it on as well: the second one changes nothing.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop(signal));
  // npm may be killed without a word to us.
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid !== parent) stopping.abort('the process that started this one is gone');
  }, 300);
  watch.unref();
  return stopping.signal;
}

/** Resolves when the signal is aborted, and keeps this process alive until then. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const keepAlive = setInterval(() => {}, 60_000);
    signal.addEventListener(
      'abort',
      () => {
        clearInterval(keepAlive);
        resolve();
      },
      { once: true },
    );
  });
}
