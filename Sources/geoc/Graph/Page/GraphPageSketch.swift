/// The quick drawing that stands for a stage while its view moves, and where the window holds more than can be told
/// apart: a browser lays out every text of an SVG anew in every frame that changes its scale.
enum GraphPageSketch {
  static let text = #"""
    // The sketch: boxes, frames and wires on a canvas, as the style sheet has them, with what is too small left out.
    const looks = new Map();
    // What the style sheet says about an element of `name` with these classes in a group with those.
    function look(name, className, group, fill = '') {
      const key = `${name} ${className} ${group} ${fill}`;
      if (looks.has(key)) return looks.get(key);
      const space = 'http://www.w3.org/2000/svg';
      const [svg, outer, inner] = ['svg', 'g', name].map(tag => document.createElementNS(space, tag));
      svg.setAttribute('width', 0);
      svg.setAttribute('height', 0);
      outer.setAttribute('class', group);
      inner.setAttribute('class', className);
      if (fill) inner.setAttribute('fill', fill);
      outer.append(inner);
      svg.append(outer);
      document.body.append(svg);
      const style = getComputedStyle(inner);
      const found = { fill: style.fill, fillOpacity: +style.fillOpacity, stroke: style.stroke,
        strokeOpacity: +style.strokeOpacity, width: parseFloat(style.strokeWidth), font: style.font,
        dash: style.strokeDasharray === 'none' ? [] : style.strokeDasharray.split(',').map(parseFloat),
        isStruck: style.textDecorationLine.includes('line-through') };
      svg.remove();
      looks.set(key, found);
      return found;
    }
    // A box or frame as it is drawn, read once from its element.
    function parts(entry) {
      const { element } = entry;
      if (element.parts) return element.parts;
      const children = [...element.children];
      const marks = ['chosen', 'hit', 'same', 'closed'];
      const kind = element.getAttribute('class').split(' ').filter(name => !marks.includes(name)).join(' ');
      const face = children.find(child => child.matches('.face, .frame'));
      const strip = children.find(child => child.matches('rect:not(.face):not(.frame)'));
      const texts = children.filter(child => child.matches('text')).map(text => ({ name: text.getAttribute('class'),
        x: +text.getAttribute('x'), y: +text.getAttribute('y'), isMiddle: text.hasAttribute('text-anchor'),
        words: text.textContent }));
      return element.parts = { kind, face: face.getAttribute('class'), fill: face.getAttribute('fill') || '',
        round: +face.getAttribute('rx'), strip: strip && strip.getAttribute('fill'), texts };
    }
    function sketch(section) {
      const { k, x, y, width, height } = views.get(section);
      if (!width) return;
      const canvas = section.querySelector('canvas');
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      if (canvas.width !== Math.round(width * ratio)) canvas.width = Math.round(width * ratio);
      if (canvas.height !== Math.round(height * ratio)) canvas.height = Math.round(height * ratio);
      const pen = canvas.getContext('2d', { alpha: false });
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      pen.globalAlpha = 1;
      pen.fillStyle = getComputedStyle(document.body).backgroundColor;
      pen.fillRect(0, 0, width, height);
      const isSeen = seen(section, 0);
      const [frames, wires, boxes] = ['frames', 'wires', 'boxes'].map(name => section.scene[name].filter(isSeen));
      const at = (dx, dy) => pen.setTransform(ratio * k, 0, 0, ratio * k, ratio * (x + dx * k), ratio * (y + dy * k));
      const accent = getComputedStyle(document.documentElement).getPropertyValue('--accent');
      at(0, 0);
      for (const entry of frames) {
        rectangle(pen, entry, look('rect', 'frame', isClosed(entry.element) ? 'cluster closed' : 'cluster'), k);
      }
      // Thin wires are drawn as wide as a third of a pixel.
      for (const entry of wires) {
        const { element } = entry;
        const isHot = element.classList.contains('hot');
        const wire = look('path', element.classList.contains('long') ? 'wire long' : 'wire', '');
        pen.strokeStyle = isHot ? accent : wire.stroke;
        pen.globalAlpha = isHot ? 1 : wire.strokeOpacity;
        pen.lineWidth = Math.max(isHot ? 2.4 : wire.width, 0.34 / k);
        at(entry.x, entry.y);
        const { d, x: tip, bottom } = element.course;
        if (element.line !== d) [element.line, element.path] = [d, new Path2D(d)];
        pen.stroke(element.path);
        if (k < 0.3 || !element.hasAttribute('marker-end')) continue;
        pen.fillStyle = look('path', 'tip', '').fill;
        pen.globalAlpha = 1;
        pen.beginPath();
        pen.moveTo(tip - 3.4, bottom - 7.4);
        pen.lineTo(tip, bottom + 1);
        pen.lineTo(tip + 3.4, bottom - 7.4);
        pen.fill();
      }
      at(0, 0);
      const isSearching = document.body.classList.contains('searching');
      for (const entry of boxes) {
        const { element } = entry;
        const [isChosen, isHit, isSame] = ['chosen', 'hit', 'same'].map(name => element.classList.contains(name));
        const { kind, face, fill, strip } = parts(entry);
        const style = { ...look('rect', face, kind, fill) };
        if (isChosen) Object.assign(style, { stroke: accent, width: 3 });
        else if (isHit || isSame) Object.assign(style, { stroke: '#d55e00', width: 3 });
        const alpha = isSearching && !isHit ? 0.3 : 1;
        rectangle(pen, entry, style, k, alpha, isChosen || isHit || isSame);
        pen.globalAlpha = alpha;
        if (strip) { pen.fillStyle = strip; pen.fillRect(entry.x, entry.y, 5, entry.height); }
      }
      if (k < READABLE) return;
      for (const entry of [...frames, ...boxes]) {
        const { kind, texts } = parts(entry);
        pen.globalAlpha = isSearching && kind !== 'cluster' && !entry.element.classList.contains('hit') ? 0.3 : 1;
        for (const text of texts) {
          if (text.name.includes('folded') && !isClosed(entry.element)) continue;
          const style = look('text', text.name.replace('folded ', ''), kind);
          pen.font = style.font;
          pen.fillStyle = style.fill;
          pen.textAlign = text.isMiddle ? 'center' : 'left';
          pen.fillText(text.words, entry.x + text.x, entry.y + text.y);
          if (!style.isStruck) continue;
          const { width } = pen.measureText(text.words);
          pen.fillRect(entry.x + text.x - width / 2, entry.y + text.y - 4, width, 1);
        }
      }
    }
    function rectangle(pen, entry, style, k, alpha = 1, isMarked = false) {
      const [width, height] = [Math.max(entry.width, 1 / k), Math.max(entry.height, 1 / k)];
      pen.beginPath();
      if (k < 0.25) pen.rect(entry.x, entry.y, width, height);
      else pen.roundRect(entry.x, entry.y, width, height, parts(entry).round);
      if (style.fill !== 'none') {
        pen.globalAlpha = alpha * style.fillOpacity;
        pen.fillStyle = style.fill;
        pen.fill();
      }
      if (k < 0.1 && !isMarked) return;
      pen.globalAlpha = alpha;
      pen.strokeStyle = style.stroke;
      pen.lineWidth = isMarked ? Math.max(style.width, 2 / k) : style.width;
      pen.setLineDash(style.dash);
      pen.stroke();
      pen.setLineDash([]);
    }


    """#
}
