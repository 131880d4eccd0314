import { element, setText } from '../dom.ts';

const KEY = 'bigbrother-theme';
const THEMES = ['auto', 'light', 'dark'] as const;
type Theme = (typeof THEMES)[number];

/** Light, dark, or as the system has it; kept for the next visit. */
export function themeButton(): HTMLElement {
  const button = element('button', 'quiet', [], { type: 'button' });
  let theme = THEMES.find((each) => each === localStorage.getItem(KEY)) ?? 'auto';
  const apply = (): void => {
    if (theme === 'auto') delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    setText(button, `Theme: ${theme}`);
  };
  button.addEventListener('click', () => {
    theme = after(theme);
    localStorage.setItem(KEY, theme);
    apply();
  });
  apply();
  return button;
}

const after = (theme: Theme): Theme =>
  THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? 'auto';
