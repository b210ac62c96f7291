// One sheet at the side, for what belongs to a row. The browser's own dialog: Escape closes it, the focus stays in it and goes
// back to where it was.
import { h, icon } from './dom.js';

const dialog = document.getElementById('drawer');
const title = h('h2', { id: 'drawer-title' });
const body = h('div', { class: 'drawer-body' });
let on_close = null;

dialog.append(
  h('header', {}, title, h('button', { type: 'button', class: 'ghost', 'aria-label': 'Close', onclick: () => dialog.close() }, icon('close'))),
  body,
);
dialog.setAttribute('aria-labelledby', 'drawer-title');
dialog.addEventListener('click', (event) => { if (event.target === dialog) dialog.close(); });
dialog.addEventListener('close', () => {
  body.replaceChildren();
  on_close?.();
});

// `back`: gives the focus to where it belongs afterwards, as what had it may have been drawn anew.
export function open_drawer(name, back, ...children) {
  title.textContent = name;
  body.replaceChildren(...children);
  on_close = back;
  if (!dialog.open) dialog.showModal();
  return body;
}

export function close_drawer() {
  if (dialog.open) dialog.close();
}
