/* A form of the configuration while somebody types: kept in the draft and checked after each pause, with the
   mistakes beside their fields and the previews drawn anew. Without this the button does the same. */
const PAUSE_MS = 600;
const form = document.querySelector("form[data-live]");

if (form) {
  const told = form.querySelector(".kept-told");
  let waiting = 0, asked = 0, shown = "";

  const names = where => document.getElementById("wrong-" + where.replaceAll(".", "-"));

  function show(answer) {
    for (const line of form.querySelectorAll(".wrong[id]")) {
      line.hidden = true;
      line.lastElementChild.textContent = "";
    }
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    for (const [where, text] of Object.entries(answer.wrong)) {
      const line = names(where);
      if (line) {
        line.lastElementChild.textContent = text;
        line.hidden = false;
      }
      const field = form.elements.namedItem(where);
      if (field && field.setAttribute) field.setAttribute("aria-invalid", "true");
    }
    told.textContent = answer.kept ? told.dataset.kept : told.dataset.unkept;
    form.elements.mark.value = answer.mark;
    if (answer.kept && answer.all !== shown) {
      shown = answer.all;
      for (const picture of document.querySelectorAll("[data-preview]")) {
        const url = new URL(picture.src);
        url.searchParams.set("mark", answer.all);
        picture.src = url.href;
      }
    }
  }

  async function check() {
    const mine = ++asked;
    try {
      const answer = await fetch(form.dataset.live, {
        method: "POST", body: new URLSearchParams(new FormData(form)), headers: { "X-Live": "1" }, credentials: "same-origin",
      });
      if (answer.ok && mine === asked) show(await answer.json());
    } catch {
      told.textContent = ""; // the button still works, and says why where it does not
    }
  }

  // A row that is being filled, or that is to go, is taken by the button: the form would not fit the draft after it.
  const later = target => target.closest(".new") || target.name.endsWith(".drop") || form.dataset.live.includes("/new-");
  form.addEventListener("input", event => {
    clearTimeout(waiting);
    if (!later(event.target) && !form.querySelector("[name$='.drop']:checked")) waiting = setTimeout(check, PAUSE_MS);
  });
  form.addEventListener("submit", () => clearTimeout(waiting));
}
