/// What the page does: pan and zoom, folding, search, and facts about the node under the pointer or the keyboard.
enum GraphPageScript {
  static let text = #"""
    'use strict';
    const facts = JSON.parse(document.getElementById('facts').textContent);
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
      const items = [...body.children].filter(child => child.dataset.i !== undefined);
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
      const wires = body.firstElementChild.children;
      for (const wire of wires) {
        wire.setAttribute('d', path(wire, items, squeeze, tops, heights, y));
        const [from, to, , , firstRow, lastRow] = numbers(wire.dataset.wire);
        wire.span = [from < 0 && firstRow === 0 ? 0 : tops[firstRow], to < 0 ? y : tops[lastRow]];
      }
      // Labels hang below their boxes.
      for (const item of items) item.span = [tops[item.dataset.row], tops[item.dataset.row] + item.size.height + 20];
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
      const bends = wire.dataset.bends ? wire.dataset.bends.split(',').map(numbers) : [];
      for (const [next, nextRow] of [...bends.map(([x, r]) => [squeeze(x), r]), [at(end, items[to]), lastRow]]) {
        y = Math.max(y, tops[row] + heights[row]);
        const middle = (y + tops[nextRow]) / 2;
        d += `V${y}C${x},${middle} ${next},${middle} ${next},${tops[nextRow]}`;
        [x, y, row] = [next, tops[nextRow], nextRow];
      }
      return to < 0 ? d + `V${height}` : d;
    }
    function fold(clusters, closed) {
      for (const cluster of clusters) {
        cluster.classList.toggle('closed', closed);
        cluster.setAttribute('aria-expanded', !closed);
      }
      for (const section of new Set(clusters.map(cluster => cluster.closest('section')))) arrange(section);
    }
    function arrange(section) {
      const graph = section.querySelector('svg.graph');
      const { width, height } = place(graph.querySelector('.body'));
      Object.assign(graph.dataset, { w: width, h: height });
      paint(section);
    }

    // Of a large stage only what the window shows, and as much again around it, is painted, and no text that is too small to
    // be read, so that thousands of nodes move as smoothly as a few.
    const isLarge = section => +section.dataset.boxes > 150;
    function cull(body, top, bottom) {
      const wires = body.firstElementChild.children;
      for (const list of [wires, body.children]) for (const child of list) {
        if (!child.span) continue;
        const isOut = child.span[1] < top || child.span[0] > bottom;
        if (isOut !== !!child.isOut) { child.isOut = isOut; child.style.display = isOut ? 'none' : ''; }
        if (isOut || !child.classList.contains('cluster') || isClosed(child)) continue;
        cull(part(child, 'body'), top - child.span[0], bottom - child.span[0]);
      }
    }
    function paint(section) {
      if (!isLarge(section)) return;
      const view = views.get(section);
      const body = section.querySelector('.body');
      if (!body) return;
      const height = section.querySelector('svg.graph').clientHeight || window.innerHeight;
      section.querySelector('.view').classList.toggle('far', view.k < 0.25);
      cull(body, (-view.y - height) / view.k, (2 * height - view.y) / view.k);
    }

    // A stage is drawn when it is first shown. Large ones begin folded.
    const wires = new Map();
    function draw(section) {
      const stored = section.querySelector('script');
      if (!stored) return;
      section.querySelector('.view').innerHTML = stored.textContent;
      stored.remove();
      for (const wire of all('.wire', section)) {
        const { value } = wire.dataset;
        if (wires.has(value)) wires.get(value).push(wire); else wires.set(value, [wire]);
      }
      if (!isLarge(section)) return;
      const clusters = all('.cluster', section);
      if (clusters.length) fold(clusters, true); else arrange(section);
    }

    // Pan and zoom.
    const views = new Map(sections.map(section => [section, { k: 1, x: 0, y: 0 }]));
    function move(section, change) {
      const view = Object.assign(views.get(section), change);
      section.querySelector('.view').setAttribute('transform', `translate(${view.x},${view.y}) scale(${view.k})`);
      paint(section);
    }
    function fit(section) {
      const graph = section.querySelector('svg.graph');
      const box = graph.getBoundingClientRect();
      if (!box.width) return;
      const wide = (box.width - 16) / graph.dataset.w;
      const whole = Math.min(wide, (box.height - 16) / graph.dataset.h, 1.2);
      const k = whole > 0.55 ? whole : Math.min(1, Math.max(wide, 0.3));
      move(section, { k, x: Math.max(8, (box.width - graph.dataset.w * k) / 2), y: 8 });
    }
    function zoom(section, factor, x, y) {
      const view = views.get(section);
      const k = Math.min(4, Math.max(0.03, view.k * factor));
      move(section, { k, x: x - (x - view.x) * k / view.k, y: y - (y - view.y) * k / view.k });
    }
    for (const section of sections) {
      const graph = section.querySelector('svg.graph');
      let drag = null;
      graph.addEventListener('wheel', event => {
        event.preventDefault();
        const box = graph.getBoundingClientRect();
        zoom(section, Math.exp(-event.deltaY * 0.0015), event.clientX - box.left, event.clientY - box.top);
      }, { passive: false });
      graph.addEventListener('pointerdown', event => { drag = { x: event.clientX, y: event.clientY, moved: false }; });
      graph.addEventListener('pointermove', event => {
        if (!drag || !event.buttons) return;
        const [dx, dy] = [event.clientX - drag.x, event.clientY - drag.y];
        if (!drag.moved && Math.hypot(dx, dy) < 4) return;
        const view = views.get(section);
        move(section, { x: view.x + dx, y: view.y + dy });
        drag = { x: event.clientX, y: event.clientY, moved: true };
      });
      graph.addEventListener('click', event => {
        if (drag && drag.moved) return;
        const box = event.target.closest('.box');
        if (box) return choose(box.id);
        const cluster = event.target.closest('.cluster');
        const isHandle = event.target.matches('.fold, .title, .frame, .folded');
        if (cluster && isHandle) fold([cluster], !isClosed(cluster)); else choose(null);
      });
      graph.addEventListener('mouseover', event => {
        const box = event.target.closest('.box');
        if (box && !chosen) show(box.id);
      });
      graph.addEventListener('focusin', event => {
        const box = event.target.closest('.box');
        if (!box) return;
        if (!chosen) show(box.id);
        const [own, frame] = [box.getBoundingClientRect(), graph.getBoundingClientRect()];
        const isSeen = own.bottom > frame.top && own.top < frame.bottom && own.right > frame.left && own.left < frame.right;
        if (!isSeen && event.target.matches(':focus-visible')) center(section, box);
      });
    }

    // Facts about a node.
    let chosen = null;
    function element(tag, text, className) {
      const made = document.createElement(tag);
      if (text !== undefined) made.textContent = text;
      if (className) made.className = className;
      return made;
    }
    let lit = [];
    const byPath = new Map();
    for (const id in facts) {
      const { path } = facts[id].box;
      if (byPath.has(path)) byPath.get(path).push(id); else byPath.set(path, [id]);
    }
    const title = id => facts[id].box.label.replace('\n', ' of ');
    function show(id) {
      for (const element of lit) element.classList.remove('hot', 'same');
      lit = [];
      panel.replaceChildren();
      if (!id) {
        panel.append(element('p', 'Point at a node, or choose one, to read about it.', 'quiet'), element('p',
          'Keys: / search, f fold, 0 fit, + − zoom, arrows move, Tab next node, Enter choose, Esc leave.', 'quiet'));
        return;
      }
      const { box, reads, readBy } = facts[id];
      for (const wire of wires.get(id) || []) { wire.classList.add('hot'); lit.push(wire); }
      if (box.path) for (const other of byPath.get(box.path)) {
        const twin = other !== id && document.getElementById(other);
        if (twin) { twin.classList.add('same'); lit.push(twin); }
      }
      panel.append(element('h3', title(id)));
      panel.append(element('p', [box.kind, box.family, box.path].filter(Boolean).join(' · '), 'quiet'));
      if (box.line) panel.append(element('p', `line ${box.line} of the spec`, 'quiet'), element('code', box.written));
      const list = element('dl');
      const row = (name, text) => list.append(element('dt', name), element('dd', text));
      for (const result of box.results) row('makes', `${result.type}, ${result.bytes.toLocaleString('en')} bytes`);
      for (const parameter of box.parameters) row('owns', parameter);
      if (box.flops) row('FLOPs', box.flops.toLocaleString('en'));
      for (const name of Object.keys(box.attributes).sort()) row(name, box.attributes[name]);
      panel.append(list);
      const section = (name, entries) => {
        if (!entries.length) return;
        const ul = element('ul');
        ul.append(...entries);
        panel.append(element('p', name, 'quiet'), ul);
      };
      section('passes', box.notes.map(note => element('li', note)));
      const link = other => {
        const item = element('li');
        const anchor = element('a', title(other));
        anchor.addEventListener('click', () => reveal(other));
        item.append(anchor);
        return item;
      };
      section('reads', reads.map(link));
      section('read by', readBy.map(link));
    }
    function choose(id) {
      for (const box of all('.box.chosen')) box.classList.remove('chosen');
      chosen = id;
      if (id) document.getElementById(id).classList.add('chosen');
      show(id);
    }
    function reveal(id) {
      const section = sections.find(section => section.dataset.stage === id.slice(0, id.lastIndexOf('-')));
      if (section.hidden) present(section.dataset.stage, true);
      const box = document.getElementById(id);
      const closed = [];
      for (let at = box.parentElement.closest('.cluster'); at; at = at.parentElement.closest('.cluster')) {
        if (isClosed(at)) closed.push(at);
      }
      if (closed.length) fold(closed, false);
      center(section, box);
      choose(id);
    }
    function center(section, box) {
      for (let at = box; at; at = at.parentElement.closest('.cluster')) { at.style.display = ''; at.isOut = false; }
      const graph = section.querySelector('svg.graph').getBoundingClientRect();
      const place = box.querySelector('.face').getBoundingClientRect();
      const view = views.get(section);
      move(section, {
        x: view.x + graph.left + graph.width / 2 - place.left - place.width / 2,
        y: view.y + graph.top + graph.height / 2 - place.top - place.height / 2 });
    }

    // Search.
    const search = document.getElementById('search');
    const count = document.getElementById('count');
    let hits = [];
    let hit = -1;
    function find() {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const box of all('.box.hit')) box.classList.remove('hit');
      document.body.classList.toggle('searching', words.length > 0);
      const shown = new Set(sections.filter(section => !section.hidden).map(section => section.dataset.stage));
      hits = !words.length ? [] : Object.keys(facts).filter(id => {
        const { box } = facts[id];
        const text = [box.label, box.path, box.family, box.written, ...box.notes, ...box.parameters,
          ...box.results.map(result => result.type)].join(' ').toLowerCase();
        return shown.has(id.slice(0, id.lastIndexOf('-'))) && words.every(word => text.includes(word));
      });
      hit = -1;
      for (const id of hits) document.getElementById(id).classList.add('hit');
      count.textContent = words.length ? `${hits.length} found` : '';
    }
    function next(step) {
      if (!hits.length) return;
      hit = (hit + step + hits.length) % hits.length;
      reveal(hits[hit]);
      count.textContent = `${hit + 1} of ${hits.length}`;
    }
    search.addEventListener('input', find);
    search.addEventListener('keydown', event => {
      if (event.key === 'Enter') next(event.shiftKey ? -1 : 1);
      if (event.key === 'Escape') { search.value = ''; find(); search.blur(); }
    });

    // Stages: side by side where there is room, one at a time where there is not.
    const isNarrow = () => window.innerWidth <= 900;
    function present(stage, isShown) {
      for (const section of sections) {
        if (section.dataset.stage === stage) section.hidden = !isShown;
        else if (isShown && isNarrow()) section.hidden = true;
      }
      if (sections.every(section => section.hidden)) {
        sections.find(section => section.dataset.stage === stage).hidden = false;
      }
      for (const button of all('[data-show]')) {
        button.setAttribute('aria-pressed',
          !sections.find(section => section.dataset.stage === button.dataset.show).hidden);
      }
      for (const section of sections) if (!section.hidden) { draw(section); fit(section); }
      find();
    }
    for (const button of all('[data-show]')) {
      button.addEventListener('click', () => present(button.dataset.show, button.getAttribute('aria-pressed') !== 'true'));
    }
    // The section of the IR is that after the chosen pass.
    const pass = document.getElementById('pass');
    const irButton = document.querySelector('[data-show=ir]');
    pass.addEventListener('change', () => {
      sections.find(section => section.dataset.stage === irButton.dataset.show).hidden = true;
      irButton.dataset.show = pass.value;
      choose(null);
      present(pass.value, true);
    });
    const visible = () => sections.filter(section => !section.hidden);
    function foldAll() {
      const clusters = visible().flatMap(section => all('.cluster', section));
      if (clusters.length) fold(clusters, !clusters.every(isClosed));
      visible().forEach(fit);
    }
    document.getElementById('fit').addEventListener('click', () => visible().forEach(fit));
    document.getElementById('fold').addEventListener('click', foldAll);
    window.addEventListener('resize', () => visible().forEach(fit));
    document.addEventListener('keydown', event => {
      if (event.target === search || event.ctrlKey || event.metaKey || event.altKey) return;
      const at = document.activeElement;
      const section = (at && at.closest && at.closest('section')) || visible()[0];
      const graph = section.querySelector('svg.graph').getBoundingClientRect();
      const view = views.get(section);
      const actions = {
        '/': () => search.focus(), f: foldAll, 0: () => visible().forEach(fit),
        '+': () => zoom(section, 1.25, graph.width / 2, graph.height / 2),
        '-': () => zoom(section, 0.8, graph.width / 2, graph.height / 2),
        ArrowLeft: () => move(section, { x: view.x + 60 }), ArrowRight: () => move(section, { x: view.x - 60 }),
        ArrowUp: () => move(section, { y: view.y + 60 }), ArrowDown: () => move(section, { y: view.y - 60 }),
        Escape: () => choose(null),
        Enter: () => {
          if (at.matches('.box')) choose(at.id); else if (at.matches('.cluster')) fold([at], !isClosed(at));
        },
      };
      if (!actions[event.key] || (event.key === 'Enter' && !at.matches('.box, .cluster'))) return;
      event.preventDefault();
      actions[event.key]();
    });

    visible().forEach(draw);
    if (!isNarrow() && window.innerWidth >= 1300) {
      const other = sections[0].hidden ? 'model' : 'ir';
      present(other, true);
    }
    show(null);
    visible().forEach(fit);

    """#
}
