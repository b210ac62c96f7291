// Before the first paint, so that nothing flashes: the theme that was chosen here; without a choice, that of the system.
(() => {
  const key = `wampd ${location.pathname} theme`;
  const root = document.documentElement;
  const themes = ['system', 'light', 'dark'];
  let theme = 'system';
  try {
    theme = themes.includes(localStorage.getItem(key)) ? localStorage.getItem(key) : 'system';
  } catch {
    // no storage here
  }
  const show = () => {
    if (theme === 'system') root.removeAttribute('data-theme');
    else root.dataset.theme = theme;
  };
  show();
  document.addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('theme');
    const say = () => {
      button.setAttribute('aria-label', `Theme: ${theme}`);
      button.title = `Theme: ${theme}`;
    };
    button.addEventListener('click', () => {
      theme = themes[(themes.indexOf(theme) + 1) % themes.length];
      try {
        localStorage.setItem(key, theme);
      } catch {
        // no storage here: until the page is left
      }
      show();
      say();
      document.dispatchEvent(new Event('themechange'));
    });
    say();
  });
})();
