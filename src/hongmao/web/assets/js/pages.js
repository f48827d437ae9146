// The little that pages do by themselves, one function for each thing, found by data attributes.

export function startPages(root) {
  for (const form of root.querySelectorAll("form[data-submit-on-change]:not([data-ready])")) {
    form.dataset.ready = "";
    form.addEventListener("change", () => form.requestSubmit());
  }
  for (const button of root.querySelectorAll("[data-share]:not([data-ready])")) {
    button.dataset.ready = "";
    button.addEventListener("click", () => share(button));
  }
}

// The form still posts the 分享 event; where the system has a share sheet, it opens with the note's own address.
function share(button) {
  if (navigator.share) navigator.share({ title: document.title, url: button.dataset.share }).catch(() => {});
}
