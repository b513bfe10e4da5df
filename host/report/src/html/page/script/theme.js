'use strict';
// Runs before the page is painted. Storage may be refused, for instance to a file.
try {
  const theme = localStorage.getItem('scorebox-theme');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
} catch { /* The system's choice stands. */ }
