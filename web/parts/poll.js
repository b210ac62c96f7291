// Asks again and again, as long as somebody looks: not while the panel is hidden or the browser's tab is. A task that gives false is
// not asked again before start() or now().

export class Poll {
  #task;
  #timer = 0;
  #running = false; // the task
  #again = false; // somebody wants it as soon as it is done
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
    this.#again = true;
    this.#run();
  }

  // In a while: many reasons to look come to one look.
  soon(wait_ms = 1000) {
    if (this.#again || !this.#on) return;
    this.#again = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), wait_ms);
  }

  async #run() {
    clearTimeout(this.#timer);
    if (this.#running || !this.#on || document.hidden) return;
    this.#running = true;
    this.#again = false;
    let goes_on = true;
    try {
      goes_on = await this.#task() !== false;
    } finally {
      this.#running = false;
    }
    if (!goes_on && !this.#again) return;
    if (!this.#on || document.hidden) return;
    this.#timer = setTimeout(() => this.#run(), this.#again ? 0 : this.every_ms);
  }
}
