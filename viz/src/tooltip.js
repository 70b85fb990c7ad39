// What is under the pointer, in a few lines.

import { el, fill } from './elements.js';
import { bytes, count, moment, shown } from './text.js';

export class Tooltip {
  constructor() {
    this.element = el('div', { class: 'zg-tip', role: 'tooltip', hidden: true });
  }

  show(node, edge, x, y, stage) {
    this.element.hidden = !node && !edge;
    if (!node && !edge) return;
    const lines = node ? nodeLines(node.node) : edgeLines(edge.edge);
    fill(this.element, el('b', {}, lines[0]), lines.slice(1).filter(Boolean).map((line) => el('div', {}, line)));
    const right = x > stage.clientWidth * 0.6;
    this.element.style.left = right ? '' : `${x + 14}px`;
    this.element.style.right = right ? `${stage.clientWidth - x + 14}px` : '';
    this.element.style.top = `${Math.min(y + 14, Math.max(0, stage.clientHeight - 110))}px`;
  }
}

function nodeLines(node) {
  const listed = node.intel === 'none' ? '' : `${node.intel}${node.intelSource ? ` (${shown(node.intelSource, 60)})` : ''}`;
  return [
    shown(node.label, 100),
    node.bundle ? `${count(node.members.length)} leaves folded; double-click opens them` : `${node.role || node.kind}, reaches ${count(node.out)}, reached by ${count(node.in)}`,
    listed, node.bytes ? bytes(node.bytes) : '', node.score ? `score ${Math.round(node.score)}` : '', times(node.first, node.last),
  ];
}

function edgeLines(edge) {
  const moved = edge.bytesOut === null && edge.bytesIn === null ? '' : `${bytes(edge.bytesOut ?? 0)} out, ${bytes(edge.bytesIn ?? 0)} in`;
  return [
    `${shown(edge.srcLabel, 50)} → ${shown(edge.dstLabel, 50)}`,
    `${shown(edge.service, 40)}, ${count(edge.count)} contacts${edge.hop === null ? '' : `, hop ${edge.hop}`}`,
    edge.score ? `score ${Math.round(edge.score)}` : '', moved, times(edge.first, edge.last), edge.told ? shown(edge.told, 160) : '',
  ];
}

function times(first, last) {
  if (first === null || first === undefined) return '';
  return last && last !== first ? `${moment(first)} to ${moment(last)}` : moment(first);
}
