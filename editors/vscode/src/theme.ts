// Gives a page of the server the colours of the editor. No part of the editor is used here.

/** The server's page stays as it is, with its policy: no script, nothing loaded. Only its colours and sizes change. */
export function themed(html: string): string {
  const end = html.indexOf('</head>');
  return end < 0 ? html : `${html.slice(0, end)}<style>${style}</style>\n${html.slice(end)}`;
}

const style = `
:root:root {
  --page: var(--vscode-editor-background); --text: var(--vscode-editor-foreground); --link: var(--vscode-textLink-foreground);
  --line: var(--vscode-widget-border, var(--vscode-panel-border, rgba(128, 128, 128, .35)));
  --faint: color-mix(in srgb, var(--vscode-editor-foreground) 72%, var(--vscode-editor-background)); --head: var(--vscode-textBlockQuote-background, rgba(128, 128, 128, .1));
  color-scheme: light;
}
:root:has(body.vscode-dark), :root:has(body.vscode-high-contrast:not(.vscode-high-contrast-light)) { color-scheme: dark; }
body { padding: 0 0 2rem; font: var(--vscode-font-size, 13px)/1.5 var(--vscode-font-family, system-ui, sans-serif); }
.wrap { max-width: none; padding: 0 1.25rem; }
.top { background: none; color: inherit; padding: 1rem 0 .25rem; }
.top h1 { font-size: 1.35rem; line-height: 1.3; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
.top p, .top .above { color: var(--faint); font-weight: 400; margin: 0 0 .1rem; }
h2 { font-size: 1.15rem; margin: 1.75rem 0 .5rem; } h3 { font-size: 1.05rem; margin: 1.25rem 0 .4rem; }
main { padding-bottom: 0; }
p { max-width: 60rem; } .small, .notes { font-size: .93em; } li { margin: .4rem 0; } li > p { margin: 0; } ul { padding-left: 1.25rem; }
dl { grid-template-columns: max-content 1fr; gap: .3rem 1rem; font-size: 1em; } dt { margin: 0; } dd { grid-column: 2; }
@media (max-width: 40rem) {
  .stack tr { display: grid; grid-template-columns: minmax(9rem, 40%) 1fr; gap: 0 1rem; padding: .3rem 0; }
  .stack th, .stack td { padding: 0; min-width: 0; } .stack td { grid-column: 2; } .stack td:empty { display: none; }
  .stack td[data-label]::before { content: none; }
}
@media (max-width: 22rem) { dl { grid-template-columns: 1fr; gap: .1rem; } dt { margin-top: .5rem; } dd { grid-column: 1; } }
code { font-family: var(--vscode-editor-font-family, monospace); font-size: .95em; color: inherit; background: none; padding: 0; }
table { font-size: 1em; } th, td { padding: .3rem .7rem; } .stack th, .stack td { padding: .3rem .9rem .3rem 0; }
th.section { background: none; padding-top: .8rem; }
.note { border-left-color: var(--vscode-editorWarning-foreground, #b7791f); background: var(--vscode-inputValidation-warningBackground, var(--head)); color: var(--vscode-inputValidation-warningForeground, inherit); }
a:focus-visible, summary:focus-visible, [tabindex]:focus-visible { outline: 1px solid var(--vscode-focusBorder); }
.vscode-light .enforced { color: #146c37; background: #e3f5e9; } .vscode-light .locked { color: #0b6472; background: #def3f6; }
.vscode-light .preset { color: #1b53a5; background: #e5eefb; } .vscode-light .manual { color: #7a5200; background: #fdf1d4; }
.vscode-light .none { color: #5b6168; background: #eef0f2; }
.vscode-dark .enforced { color: #7fdba0; background: #12301d; } .vscode-dark .locked { color: #7ad6e3; background: #0e2d33; }
.vscode-dark .preset { color: #9dc2ff; background: #14274a; } .vscode-dark .manual { color: #f1ca74; background: #362807; }
.vscode-dark .none { color: #a2a9b3; background: #2a2e34; }
.vscode-high-contrast { --faint: var(--vscode-editor-foreground); }
.vscode-high-contrast .class { color: var(--text); background: none; border-color: var(--vscode-contrastBorder, currentColor); }
`;
