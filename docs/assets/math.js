// Runs on every page view, also after a link was followed without a reload (`document$` is the theme's).
document$.subscribe(({ body }) => {
  renderMathInElement(body, {
    delimiters: [
      { left: "\\[", right: "\\]", display: true },
      { left: "\\(", right: "\\)", display: false },
    ],
  });
  // What can scroll can be reached by keyboard.
  const scrolls = (element) => element.scrollWidth > element.clientWidth;
  const reach = () =>
    body.querySelectorAll("div.arithmatex, pre > code, .md-typeset__scrollwrap, .output").forEach((element) => {
      if (scrolls(element)) element.tabIndex = 0;
    });
  document.fonts.ready.then(reach);
  new ResizeObserver(reach).observe(body); // once at the start, and when a phone is turned
  // Names for the theme's nameless landmarks.
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  requestAnimationFrame(() =>
    body.querySelectorAll(".md-code__nav").forEach((element, index) =>
      element.setAttribute("aria-label", `Code block ${index + 1}`),
    ),
  );
});
