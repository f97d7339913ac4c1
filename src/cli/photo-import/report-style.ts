import { Html } from './html.js';

/** Style of the report, for light and dark. */
export const reportStyle = new Html(`
:root { --ground: #f6f7f9; --card: #fff; --ink: #1a1d23; --soft: #5a6270; --line: #dfe3e8; --link: #1a5fb4; --good: #1b7f3b; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #15171c; --card: #1f2229; --ink: #e8eaee; --soft: #a0a8b5; --line: #343944; --link: #7fb4ff; --good: #6fd08c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h2 span, nav span { color: var(--soft); font-weight: normal; font-variant-numeric: tabular-nums; }
.where, section > p { color: var(--soft); margin: 0 0 1rem; overflow-wrap: anywhere; }
a { color: var(--link); }
ul { list-style: none; margin: 0; padding: 0; }
.counts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.5rem 0; }
.counts li { flex: 1 1 11rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .75rem 1rem; color: var(--soft); }
.counts strong { display: block; font-size: 1.75rem; line-height: 1.2; color: var(--ink); font-variant-numeric: tabular-nums; }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; }
.good { color: var(--good); font-size: 1.1rem; }
.photos { display: grid; grid-template-columns: repeat(auto-fill, minmax(8.5rem, 1fr)); gap: .75rem; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; break-inside: avoid; }
figure img, .none { display: block; width: 100%; height: 8rem; object-fit: contain; background: var(--ground); }
.none { display: grid; place-items: center; color: var(--soft); font-size: .8rem; }
figcaption { padding: .4rem .6rem .5rem; font-size: .8rem; line-height: 1.35; overflow-wrap: anywhere; }
figcaption b, figcaption span { display: block; }
figcaption span { color: var(--soft); }
.plain, details ul { columns: 18rem; font-size: .9rem; overflow-wrap: anywhere; }
details { margin-top: 1rem; }
`);
