// The page is made of elements and text nodes alone: no markup is ever parsed, so no value of a log can become one.

const ATTRIBUTES = /^(class|id|type|role|title|for|name|value|min|max|step|placeholder|tabindex|colspan|scope|hidden|disabled|href|rel|target|autocomplete|aria-[a-z]+|data-[a-z-]+)$/;

/** An element; on* properties are listeners, the rest attributes (null leaves one out), children are elements or texts. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (!ATTRIBUTES.test(name)) throw new Error(`attribute ${name} is not in the list of elements.js`);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function button(text, title, act, properties = {}) {
  return el('button', { type: 'button', title, 'aria-label': title, class: 'zg-button', onclick: act, ...properties }, text);
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter(Boolean));
}
