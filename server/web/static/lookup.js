/* A look-up: the code of a slip behind "#" is put into the form; what was found is wiped, also by going back. */
"use strict";
const main = document.querySelector("main"), here = main.dataset.here, code = document.getElementById("code");

const begin = () => location.replace(here);

if (location.hash.length > 1 && code) {
  code.value = decodeURIComponent(location.hash.slice(1)).slice(0, 64);
  history.replaceState(null, "", location.pathname + location.search);
  code.focus();
}
if (main.dataset.wiped) setTimeout(begin, Number(main.dataset.wiped) * 1000);

addEventListener("pagehide", () => {
  document.getElementById("found")?.remove();
  document.getElementById("rest")?.remove();
  for (const field of document.querySelectorAll("input:not([type=hidden])")) field.value = "";
});
addEventListener("pageshow", (shown) => { if (shown.persisted) begin(); });
