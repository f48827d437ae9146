// The little that pages do by themselves, one function for each thing, found by data attributes.

export function startPages(root) {
  for (const form of fresh(root, "form[data-submit-on-change]")) form.addEventListener("change", () => form.requestSubmit());
  for (const link of fresh(root, ".side [aria-current]")) link.scrollIntoView({ block: "nearest", inline: "center" });
  for (const button of fresh(root, "[data-share]")) button.addEventListener("click", () => share(button));
}

// Where a list grew and the button that asked for it is gone, the keyboard goes on at the first thing that is new.
export function keepFocus(htmx) {
  let before = null;
  htmx.on("htmx:before:request", ({ detail }) => {
    const list = detail.ctx.sourceElement.closest("[data-grows]") && document.querySelector("#cards");
    before = list ? list.childElementCount : null;
  });
  htmx.on("htmx:after:swap", () => {
    if (before === null) return;
    document.querySelector("#cards").children[before]?.querySelector("h2 a")?.focus({ preventScroll: true });
    before = null;
  });
}

function fresh(root, selector) {
  const found = [...root.querySelectorAll(`${selector}:not([data-ready])`)];
  for (const element of found) element.dataset.ready = "";
  return found;
}

// The form still posts the 分享 event; where the system has a share sheet, it opens with the note's own address.
function share(button) {
  const url = new URL(button.dataset.share, location.href).href;
  if (navigator.share) navigator.share({ title: document.title, url }).catch(() => {});
}
