// What the matrix of pages measures in the browser. Each function answers with lines for people: empty when all is well.
window.measure = (() => {
  const seen = e => e.checkVisibility({ visibilityProperty: true });
  const name = e => `${e.tagName} ${e.id || e.className} ${(e.innerText || e.name || "").slice(0, 30)}`;
  const WORKED = "button, a[href], input:not([type=hidden]), select, textarea, summary";

  // Targets smaller than `least` px; a link within a sentence is as high as its line.
  function small(least) {
    const found = [];
    for (const e of document.querySelectorAll(WORKED)) {
      if (!seen(e) || e.closest(".skip, .hidden")) continue;
      if (e.tagName === "A" && getComputedStyle(e).display === "inline") continue;
      const box = ["radio", "checkbox"].includes(e.type) ? (e.closest("label, td") ?? e) : e;
      const { width, height } = box.getBoundingClientRect();
      if (width < least - 0.5 || height < least - 0.5) found.push(`${name(e)}: ${width} x ${height}`);
    }
    return found;
  }

  // Wider than the window, or text that its box cuts off.
  function flows() {
    const wide = document.documentElement.scrollWidth - innerWidth;
    const texts = document.querySelectorAll("h1, h2, p, td, th, button, a, strong, label, .tag");
    const cut = [...texts].filter(e => {
      if (!seen(e) || e.closest(".hidden, .scroll, .skip, .number")) return false;
      if (getComputedStyle(e).display === "inline") return false;
      return e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + 4;
    });
    return [...(wide > 0 ? [`${wide} px too wide`] : []), ...cut.map(e => `cut: ${name(e)}`)];
  }

  // Text further apart, as readers may set it (WCAG 1.4.12).
  function space() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(
      "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }" +
        "p { margin-bottom: 2em !important }",
    );
    document.adoptedStyleSheets.push(sheet);
  }

  let wanted = [];
  const got = [];

  // Note from now on who gets the focus, and whether that is seen. How many keys it takes to come around.
  function watch() {
    document.body.tabIndex = -1; // also after a field that had the focus at once
    document.body.focus();
    document.body.removeAttribute("tabindex");
    document.addEventListener(
      "focusin",
      ({ target }) => {
        const style = getComputedStyle(target);
        got.push([target, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2]);
      },
      true,
    );
    const groups = new Set();
    wanted = [...document.querySelectorAll(`${WORKED}, [tabindex], iframe`)].filter(e => {
      if (!seen(e) || e.disabled || e.tabIndex < 0) return false;
      if (e.type !== "radio") return true; // one of a group is enough: arrows go to the others
      const group = `${[...document.forms].indexOf(e.form)} ${e.name}`;
      return !groups.has(group) && groups.add(group);
    });
    // A field for a day or an hour has stops of its own inside.
    return wanted.length + 6 * wanted.filter(e => /date|time/.test(e.type)).length + 2;
  }

  // Who was not reached, who was reached unseen, who came out of the order of the page.
  function reached() {
    const stops = got.map(([e]) => e);
    const same = (a, b) => a === b || (a.type === "radio" && a.name === b.name && a.form === b.form);
    const missed = wanted.filter(e => !stops.some(stop => same(e, stop)));
    const order = stops.filter((e, n) => stops.indexOf(e) === n);
    const back = (a, b) => a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_PRECEDING;
    const jumps = order.filter((e, n) => n && back(order[n - 1], e));
    return [
      ...missed.map(e => `not reached: ${name(e)}`),
      ...got.filter(([, ring]) => !ring).map(([e]) => `no ring: ${name(e)}`),
      ...jumps.map(e => `out of order: ${name(e)}`),
    ];
  }

  // A live page may draw its part anew with the first word of its stream.
  function settled() {
    const { fragment } = document.body.dataset;
    const drawn = performance.getEntriesByType("resource").some(e => e.name.includes(fragment));
    return !fragment || drawn || performance.now() > 1500;
  }

  // Bytes on the wire for all that this page made the browser load, each thing once.
  function loaded() {
    const [page] = performance.getEntriesByType("navigation");
    const parts = new Map(performance.getEntriesByType("resource").map(e => [e.name, e.transferSize]));
    return [...parts.values()].reduce((sum, size) => sum + size, page.transferSize);
  }

  const moving = () => document.getAnimations().filter(a => a.effect.getTiming().duration > 200).length;

  return { small, flows, space, watch, reached, settled, loaded, moving };
})();
