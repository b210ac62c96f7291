// Asks again and again, as long as somebody looks: not while the panel is hidden or the browser's tab is. A task that gives false is
// not asked again before start() or now().

export class Poll {
  #task;
  #timer = 0;
  #running = false; // the task
  #wanted_ms = null; // how long after the end of the task somebody wants it again
  #on = false;

  constructor(every_ms, task) {
    this.every_ms = every_ms;
    this.#task = task;
    document.addEventListener('visibilitychange', () => this.#run());
  }

  start() {
    this.#on = true;
    this.#run();
  }

  stop() {
    this.#on = false;
    clearTimeout(this.#timer);
  }

  // At once, or as soon as what is under way is done.
  now() {
    this.#wanted_ms = 0;
    this.#run();
  }

  // In a while: many reasons to look come to one look.
  soon(wait_ms = 1000) {
    if (this.#wanted_ms !== null || !this.#on) return;
    this.#wanted_ms = wait_ms;
    if (this.#running) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), wait_ms);
  }

  async #run() {
    clearTimeout(this.#timer);
    if (this.#running || !this.#on || document.hidden) return;
    this.#running = true;
    this.#wanted_ms = null;
    let goes_on = true;
    try {
      goes_on = await this.#task() !== false;
    } finally {
      this.#running = false;
    }
    if (!goes_on && this.#wanted_ms === null) return;
    if (!this.#on || document.hidden) return;
    this.#timer = setTimeout(() => this.#run(), this.#wanted_ms ?? this.every_ms);
  }
}
