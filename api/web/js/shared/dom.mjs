/** Elements for the places where the map library wants real nodes. */

/** Element `name` with properties and children. */
export function element(name, properties = {}, ...children) {
  const node = Object.assign(document.createElement(name), properties);
  node.append(...children);
  return node;
}
