/** Style sheet of the page; it follows the light or dark setting of the browser. */
export const pageStyle = `
:root { color-scheme: light dark; --ink: #14232b; --soft: #5a6b73; --paper: #f4f1ea; --card: #fff; --line: #dcd6c8; --sea: #0b6e75; --red: #c8372d; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ecee; --soft: #93a4ab; --paper: #0f1a20; --card: #17262e; --line: #2a3d47; --sea: #46b5bb; --red: #ff6b5f; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.55 ui-sans-serif, system-ui, "Segoe UI", sans-serif; color: var(--ink); background: var(--paper); }
header { display: flex; gap: .75rem; align-items: baseline; flex-wrap: wrap; padding: 1rem clamp(1rem, 5vw, 4rem); border-bottom: 1px solid var(--line); background: var(--card); }
.brand { font-weight: 700; letter-spacing: .02em; }
.by { color: var(--soft); font-size: .9rem; }
header form { margin-left: auto; display: flex; gap: .5rem; align-items: center; font-size: .9rem; }
input, button { font: inherit; padding: .3rem .7rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--paper); color: inherit; }
input { width: 9rem; }
button { background: var(--sea); border-color: var(--sea); color: #fff; cursor: pointer; }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem clamp(1rem, 5vw, 4rem); }
.book { display: grid; grid-template-columns: 11rem 1fr; gap: 2rem; align-items: center; }
.cover { aspect-ratio: 2 / 3; border-radius: .3rem .7rem .7rem .3rem; padding: 1.1rem; color: #fff; display: flex; align-items: flex-end; font: 600 1.15rem/1.2 Georgia, serif; background: linear-gradient(160deg, #f2b561 0 34%, #e2734a 34% 46%, #0b6e75 46% 78%, #08424b 78%); box-shadow: inset .5rem 0 .6rem -.4rem rgb(0 0 0 / .5), 0 .8rem 1.6rem rgb(0 0 0 / .18); }
h1 { font: 600 clamp(1.8rem, 4vw, 2.7rem)/1.15 Georgia, serif; margin: 0 0 .8rem; }
h2 { font-size: .85rem; letter-spacing: .08em; text-transform: uppercase; color: var(--soft); margin: 0 0 1rem; }
.summary { margin: 0; font-size: 1.1rem; max-width: 40rem; }
.columns { display: grid; grid-template-columns: minmax(15rem, 1fr) 2fr; gap: 1.5rem; margin-top: 2.5rem; align-items: start; }
.columns section { background: var(--card); border: 1px solid var(--line); border-radius: .9rem; padding: 1.5rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .45rem 1.2rem; margin: 0; }
dt { color: var(--soft); }
dd { margin: 0; font-variant-numeric: tabular-nums; }
blockquote { margin: 0 0 1.2rem; padding: 0 0 1.2rem; border-bottom: 1px solid var(--line); }
blockquote p { margin: 0 0 .5rem; font: 1.08rem/1.55 Georgia, serif; }
blockquote footer { color: var(--soft); font-size: .92rem; display: flex; gap: .8rem; flex-wrap: wrap; }
.stars { letter-spacing: .1em; color: var(--ink); }
.stars.red { color: var(--red); }
.served, .missing { color: var(--soft); font-size: .9rem; margin: 0; }
.served b { padding: .1rem .5rem; border-radius: .4rem; border: 1px solid var(--line); color: var(--ink); }
.served b.v3 { color: var(--red); border-color: currentColor; }
.unavailable { margin: 0; padding: .8rem 1rem; border-radius: .6rem; border: 1px solid var(--red); color: var(--red); }
@media (max-width: 44rem) { .book, .columns { grid-template-columns: 1fr; } .cover { width: 9rem; } header form { margin-left: 0; } }
`;
