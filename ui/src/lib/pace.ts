// Keeps repeated work apart: never two runs at once, never more often than every so many milliseconds.

/**
 * Wraps a refresh so that a burst of calls runs it at once and then once more at the end.
 *
 * Runs do not overlap; between the start of two runs lie at least `spacing` milliseconds.
 */
export function paced(work: () => Promise<void>, spacing = 0): () => void {
  let running = false
  let wanted = false
  let last = -Infinity
  let timer: ReturnType<typeof setTimeout> | undefined

  async function run(): Promise<void> {
    timer = undefined
    running = true
    wanted = false
    last = performance.now()
    try {
      await work()
    } finally {
      running = false
      if (wanted) plan()
    }
  }

  function plan(): void {
    wanted = true
    if (running || timer !== undefined) return
    timer = setTimeout(() => void run(), Math.max(0, last + spacing - performance.now()))
  }

  return plan
}
