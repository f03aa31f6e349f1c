/// How a stage stands in its window: folded clusters, what is near enough to be in the document, pan and zoom.
enum GraphPageView {
  static let text = #"""
    'use strict';
    const facts = {};
    const all = (selector, root = document) => [...root.querySelectorAll(selector)];
    const numbers = text => text.split(' ').map(Number);
    const sections = all('section');
    const panel = document.getElementById('facts-panel');
    const FOLDED = { height: 42, width: cluster => Math.min(+cluster.dataset.w,
      60 + 7 * Math.max(9, cluster.getAttribute('aria-label').length)) };

    // Folding: every cluster is laid out in rows. When one changes its size, the rows below it move, and columns in which
    // nothing stands any more are drawn together.
    const part = (cluster, name) => [...cluster.children].find(child => child.classList.contains(name));
    const isClosed = cluster => cluster.classList.contains('closed');
    function measure(cluster) {
      const size = isClosed(cluster) ? { width: FOLDED.width(cluster), height: FOLDED.height }
        : place(part(cluster, 'body'));
      if (!isClosed(cluster)) size.width = Math.max(size.width, 90 + 7 * cluster.getAttribute('aria-label').length);
      const frame = part(cluster, 'frame');
      frame.setAttribute('width', size.width);
      frame.setAttribute('height', size.height);
      return size;
    }
    // The map that leaves the spans as wide as they are and the space between them at most as wide as a gap.
    function columns(spans) {
      const merged = [];
      for (const [from, to] of spans.sort((a, b) => a[0] - b[0])) {
        const last = merged[merged.length - 1];
        if (last && from <= last[1]) last[1] = Math.max(last[1], to); else merged.push([from, to]);
      }
      let [place, end] = [6, merged.length ? merged[0][0] : 0];
      const pieces = merged.map(([from, to]) => {
        place += Math.min(12, from - end);
        const piece = { from, to, place };
        [place, end] = [place + to - from, to];
        return piece;
      });
      return x => {
        let [before, after] = [{ from: 0, to: 0, place: 0 }, null];
        for (const piece of pieces) if (piece.from <= x) before = piece; else { after = piece; break; }
        const start = before.place + before.to - before.from;
        if (x <= before.to) return before.place + x - before.from;
        if (!after) return start + Math.min(12, x - before.to);
        return start + (after.place - start) * (x - before.to) / (after.from - before.to);
      };
    }
    function place(body) {
      const rows = body.dataset.rows.split(',').map(numbers);
      const { items } = body;
      const heights = rows.map(() => 0);
      for (const item of items) {
        item.middle = +item.dataset.x + item.dataset.w / 2;
        item.size = item.classList.contains('cluster') ? measure(item)
          : { width: +item.dataset.w, height: +item.dataset.h, squeeze: x => x };
        heights[item.dataset.row] = Math.max(heights[item.dataset.row], item.size.height);
      }
      const squeeze = columns(items.map(item => {
        const half = Math.max(item.size.width, +item.dataset.label) / 2 + 8;
        return [item.middle - half, item.middle + half];
      }));
      const tops = [];
      let [width, y] = [0, +body.dataset.top];
      rows.forEach(([, gap], r) => { tops[r] = y; y += heights[r] + gap; });
      for (const item of items) {
        item.left = squeeze(item.middle) - item.size.width / 2;
        width = Math.max(width, item.left + item.size.width + 14);
        item.setAttribute('transform', `translate(${item.left},${tops[item.dataset.row]})`);
      }
      for (const wire of body.wires) {
        wire.course = path(wire, items, squeeze, tops, heights, y);
        wire.setAttribute('d', wire.course.d);
      }
      for (const item of items) item.top = tops[item.dataset.row];
      return { width, height: y, squeeze };
    }
    function path(wire, items, squeeze, tops, heights, height) {
      const [from, to, start, end, firstRow, lastRow] = numbers(wire.dataset.wire);
      const at = (x, item) => {
        if (!item) return squeeze(x);
        if (isClosed(item)) return item.left + item.size.width * (x - item.dataset.x) / item.dataset.w;
        return item.left + item.size.squeeze(x - item.dataset.x);
      };
      let x = at(start, items[from]);
      let y = from >= 0 ? tops[firstRow] + items[from].size.height : firstRow === 0 ? 0 : tops[firstRow];
      let d = `M${x},${y}`;
      let row = firstRow;
      const course = { top: y, left: x, right: x };
      const bends = wire.dataset.bends ? wire.dataset.bends.split(',').map(numbers) : [];
      for (const [next, nextRow] of [...bends.map(([x, r]) => [squeeze(x), r]), [at(end, items[to]), lastRow]]) {
        y = Math.max(y, tops[row] + heights[row]);
        const middle = (y + tops[nextRow]) / 2;
        d += `V${y}C${x},${middle} ${next},${middle} ${next},${tops[nextRow]}`;
        [x, y, row] = [next, tops[nextRow], nextRow];
        [course.left, course.right] = [Math.min(course.left, x), Math.max(course.right, x)];
      }
      return to < 0 ? { ...course, d: d + `V${height}`, x, bottom: height } : { ...course, d, x, bottom: y };
    }
    function fold(clusters, closed) {
      for (const cluster of clusters) {
        cluster.classList.toggle('closed', closed);
        cluster.setAttribute('aria-expanded', !closed);
      }
      for (const section of new Set(clusters.map(cluster => cluster.section))) arrange(section);
    }
    function arrange(section) {
      const { width, height } = place(section.body);
      Object.assign(section.querySelector('svg.graph').dataset, { w: width, h: height });
      section.scene = scene(section.body);
      rest(section);
    }

    // All that a stage shows, with its place in the drawing.
    function scene(root) {
      const [frames, wires, boxes] = [[], [], []];
      (function visit(body, x, y) {
        for (const element of body.wires) {
          const { left, right, top, bottom } = element.course;
          element.entry = { element, x, y, left: x + left, right: x + right, top: y + top, bottom: y + bottom };
          wires.push(element.entry);
        }
        for (const element of body.items) {
          const [left, top, { width, height }] = [x + element.left, y + element.top, element.size];
          // Labels hang below their boxes, and may be wider.
          const over = Math.max(0, (+element.dataset.label - width) / 2);
          element.entry = { element, x: left, y: top, width, height, left: left - over, right: left + width + over, top,
            bottom: top + height + 20 };
          if (!element.classList.contains('cluster')) { boxes.push(element.entry); continue; }
          frames.push(element.entry);
          if (!isClosed(element)) visit(part(element, 'body'), left, top);
        }
      })(root, 0, 0);
      return { frames, wires, boxes };
    }
    // Whether an entry lies in the window or `margin` windows around it.
    function seen(section, margin) {
      const { k, x, y, width, height } = views.get(section);
      const [left, right] = [(-x - margin * width) / k, (width * (1 + margin) - x) / k];
      const [top, bottom] = [(-y - margin * height) / k, (height * (1 + margin) - y) / k];
      return entry => entry.right >= left && entry.left <= right && entry.bottom >= top && entry.top <= bottom;
    }

    // A stage is drawn when it is first shown. Large ones begin folded.
    const isLarge = section => +section.dataset.boxes > 150;
    const wires = new Map();
    const byPath = new Map();
    const boxes = new Map();
    const put = (map, key, value) => { if (map.has(key)) map.get(key).push(value); else map.set(key, [value]); };
    function draw(section) {
      const [drawing, about] = all('script', section);
      if (!drawing) return;
      const group = section.querySelector('.view');
      group.innerHTML = drawing.textContent;
      const own = JSON.parse(about.textContent);
      for (const id in own) put(byPath, own[id].box.path, id);
      Object.assign(facts, own);
      drawing.remove();
      about.remove();
      section.body = group.firstElementChild;
      section.clusters = all('.cluster', group);
      for (const body of all('.body', group)) {
        body.wires = [...body.firstElementChild.children];
        body.items = [...body.children].slice(1);
        for (const item of body.items) Object.assign(item, { section, outer: body.closest('.cluster') });
      }
      for (const wire of all('.wire', group)) put(wires, wire.dataset.value, wire);
      section.ids = all('.box', group).map(box => { boxes.set(box.id, box); return box.id; });
      if (isLarge(section) && section.clusters.length) fold(section.clusters, true); else arrange(section);
    }
    // Of a large stage only what is near the window is in the document: a browser lays out the rest even where it is hidden.
    function attach(body, isNear) {
      const keep = (parent, first, wanted) => {
        const kept = new Set(wanted);
        let at = first ? first.nextElementSibling : parent.firstElementChild;
        for (let child = at; child;) {
          const next = child.nextElementSibling;
          if (!kept.has(child)) { if (child === at) at = next; child.remove(); }
          child = next;
        }
        for (const child of wanted) if (child === at) at = at.nextElementSibling; else parent.insertBefore(child, at);
      };
      const active = document.activeElement;
      const isWanted = element => isNear(element.entry) || (active && element.contains(active));
      keep(body.firstElementChild, null, body.wires.filter(wire => isNear(wire.entry)));
      const items = body.items.filter(isWanted);
      keep(body, body.firstElementChild, items);
      for (const item of items) if (item.matches('.cluster') && !isClosed(item)) attach(part(item, 'body'), isNear);
    }

    // Pan and zoom. While the view moves it is sketched on a canvas, in every frame anew; when it rests, what the window shows
    // is drawn in full, unless that is more than can be told apart.
    const views = new Map(sections.map(section => [section, { k: 1, x: 0, y: 0, width: 0, height: 0 }]));
    const MOST = 1500;
    const READABLE = 0.3;
    function size(section) {
      const { width, height } = section.querySelector('svg.graph').getBoundingClientRect();
      return Object.assign(views.get(section), { width, height });
    }
    function rest(section) {
      const view = views.get(section);
      clearTimeout(view.timer);
      if (!section.scene || !view.width) return;
      const isNear = seen(section, 0.5);
      const { boxes, wires } = section.scene;
      const isFar = isLarge(section) && boxes.filter(isNear).length + wires.filter(isNear).length > MOST;
      section.classList.toggle('sketched', isFar);
      if (isFar) return sketch(section);
      if (isLarge(section)) attach(section.body, isNear);
      const group = section.querySelector('.view');
      group.classList.toggle('far', view.k < READABLE);
      group.setAttribute('transform', `translate(${view.x},${view.y}) scale(${view.k})`);
    }
    function jump(section, change) {
      Object.assign(views.get(section), change);
      rest(section);
    }
    function move(section, change) {
      const view = Object.assign(views.get(section), change);
      clearTimeout(view.timer);
      view.timer = setTimeout(() => rest(section), 160);
      resketch(section);
    }
    function resketch(section) {
      const view = views.get(section);
      view.frame ||= requestAnimationFrame(() => {
        view.frame = 0;
        if (!section.hidden && section.scene) { sketch(section); section.classList.add('sketched'); }
      });
    }
    function fit(section) {
      const graph = section.querySelector('svg.graph');
      const { width, height } = size(section);
      if (!width) return;
      const wide = (width - 16) / graph.dataset.w;
      const whole = Math.min(wide, (height - 16) / graph.dataset.h, 1.2);
      const k = whole > 0.55 ? whole : wide >= READABLE ? Math.min(1, wide) : 0.55;
      // What is wider than the window begins with the middle of its first row.
      const { frames, boxes } = section.scene;
      const first = [...frames.slice(0, 1), ...boxes.slice(0, 1)].sort((a, b) => a.y - b.y)[0];
      const middle = graph.dataset.w * k > width - 16 && first ? first.x + first.width / 2 : graph.dataset.w / 2;
      jump(section, { k, x: width / 2 - middle * k, y: 8 });
    }
    function zoom(section, factor, x, y) {
      const view = views.get(section);
      const graph = section.querySelector('svg.graph');
      const least = Math.min(0.1, view.width / graph.dataset.w, view.height / graph.dataset.h) * 0.9;
      const k = Math.min(4, Math.max(least, view.k * factor));
      move(section, { k, x: x - (x - view.x) * k / view.k, y: y - (y - view.y) * k / view.k });
    }
    // The box or the frame under a pointer.
    function target(section, event) {
      if (!section.classList.contains('sketched')) {
        const box = event.target.closest('.box');
        if (box) return box;
        return event.target.matches('.fold, .title, .frame, .folded') ? event.target.closest('.cluster') : null;
      }
      const { left, top } = section.querySelector('svg.graph').getBoundingClientRect();
      const view = views.get(section);
      const [x, y] = [(event.clientX - left - view.x) / view.k, (event.clientY - top - view.y) / view.k];
      // A box of a pixel is met by a pointer that is near it.
      const away = entry => Math.hypot(Math.max(entry.x - x, x - entry.x - entry.width, 0),
        Math.max(entry.y - y, y - entry.y - entry.height, 0)) * view.k;
      let [best, least] = [section.scene.frames.findLast(frame => away(frame) === 0), view.k < READABLE ? 4 : 0.5];
      for (const box of section.scene.boxes) if (away(box) < least) [best, least] = [box, away(box)];
      return best ? best.element : null;
    }
    for (const section of sections) {
      const graph = section.querySelector('svg.graph');
      const pointers = new Map();
      let hasMoved = false;
      graph.addEventListener('wheel', event => {
        event.preventDefault();
        const box = graph.getBoundingClientRect();
        zoom(section, Math.exp(-event.deltaY * 0.0015), event.clientX - box.left, event.clientY - box.top);
      }, { passive: false });
      graph.addEventListener('pointerdown', event => {
        if (!pointers.size) hasMoved = false;
        pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      });
      for (const end of ['pointerup', 'pointercancel', 'pointerleave']) {
        graph.addEventListener(end, event => pointers.delete(event.pointerId));
      }
      graph.addEventListener('pointermove', event => {
        const last = pointers.get(event.pointerId);
        if (!last || !event.buttons) {
          if (!chosen && section.classList.contains('sketched')) {
            const under = target(section, event);
            if (under && under.id) show(under.id);
          }
          return;
        }
        const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
        if (!hasMoved && Math.hypot(dx, dy) < 4) return;
        hasMoved = true;
        const view = views.get(section);
        const other = [...pointers].find(([id]) => id !== event.pointerId);
        const now = { x: event.clientX, y: event.clientY };
        pointers.set(event.pointerId, now);
        if (!other) return move(section, { x: view.x + dx, y: view.y + dy });
        // Two fingers: the point between them stays where it is.
        const [{ left, top }, still] = [graph.getBoundingClientRect(), other[1]];
        const apart = point => Math.max(1, Math.hypot(point.x - still.x, point.y - still.y));
        view.x += dx / 2;
        view.y += dy / 2;
        zoom(section, apart(now) / apart(last), (now.x + still.x) / 2 - left, (now.y + still.y) / 2 - top);
      });
      graph.addEventListener('click', event => {
        if (hasMoved) return;
        const under = target(section, event);
        if (under && under.matches('.cluster')) fold([under], !isClosed(under)); else choose(under ? under.id : null);
      });
      graph.addEventListener('mouseover', event => {
        const box = event.target.closest('.box');
        if (box && !chosen && !section.classList.contains('sketched')) show(box.id);
      });
      graph.addEventListener('focusin', event => {
        const box = event.target.closest('.box');
        if (!box) return;
        if (!chosen) show(box.id);
        if (event.target.matches(':focus-visible') && !isInWindow(section, box.entry)) center(section, box.entry);
      });
      new ResizeObserver(() => { size(section); rest(section); }).observe(graph);
    }
    function isInWindow(section, { x, y, width, height }) {
      const view = views.get(section);
      return (x + width) * view.k + view.x > 0 && x * view.k + view.x < view.width
        && (y + height) * view.k + view.y > 0 && y * view.k + view.y < view.height;
    }
    function center(section, { x, y, width, height }) {
      const view = views.get(section);
      const k = view.k < READABLE ? 0.8 : view.k;
      jump(section, { k, x: view.width / 2 - (x + width / 2) * k, y: view.height / 2 - (y + height / 2) * k });
    }


    """#
}
