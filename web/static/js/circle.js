// A tap on a ring of the picture answers the question about rings that was touched last. The questions themselves
// stand beside it and need no script.

const RINGS = ["1", "2", "3", "4"];

/** @param {string} name @returns {HTMLInputElement[]} */
const radios = (name) =>
  [...document.querySelectorAll("input")].filter((each) => each.type === "radio" && each.name === name);

const picture = document.querySelector("[data-circle]");
if (picture) {
  let asked = "now";
  for (const name of ["now", "wished"]) {
    for (const radio of radios(name)) {
      radio.addEventListener("focus", () => (asked = name));
      radio.addEventListener("change", () => (asked = name));
    }
  }
  document.querySelector("[data-tap-words]")?.removeAttribute("hidden");
  picture.addEventListener("click", (event) => {
    const ring = event.target instanceof Element ? event.target.closest("[data-ring]")?.getAttribute("data-ring") : null;
    const radio = ring && RINGS.includes(ring) ? radios(asked).find((each) => each.value === ring) : null;
    if (radio) {
      radio.checked = true;
      radio.focus();
    }
  });
}
