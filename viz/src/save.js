// Files for the viewer: the picture as PNG, rows as CSV. Made in the page; nothing is sent anywhere.

import { EDGE_COLUMNS, edgeFields } from './rows_of.js';
import { csv } from './text.js';

export function edgesCsv(edges) {
  return csv(EDGE_COLUMNS, edges.map((edge) => {
    const fields = edgeFields(edge);
    return EDGE_COLUMNS.map((column) => fields[column]);
  }));
}

export function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
