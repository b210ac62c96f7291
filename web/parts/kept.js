// What this browser remembers of this page. Never a secret: no ticket, password, key or token is given to it.

const PREFIX = `wampd ${location.pathname} `;

export function keep(name, value) {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // no storage here: then it is forgotten
  }
}

export function kept(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}
