// Draws parts of a page that no callback knows (plain.py); Dash finds it by the name of its namespace.
const element = (node) => {
  if (!node?.props) { return node; }
  const { children, ...props } = node.props;
  return React.createElement(node.type.toLowerCase(), props, ...[children].flat().map(element));
};
window.sang = { Plain: ({ tree }) => React.createElement(React.Fragment, null, ...tree.map(element)) };
