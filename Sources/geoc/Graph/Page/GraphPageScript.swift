/// What the page does: folding, search, and facts about the node under the pointer or the keyboard.
enum GraphPageScript {
  /// The whole script.
  static let text = GraphPageView.text + GraphPageSketch.text + facts

  private static let facts = #"""
    // Facts about a node.
    let chosen = null;
    function element(tag, text, className) {
      const made = document.createElement(tag);
      if (text !== undefined) made.textContent = text;
      if (className) made.className = className;
      return made;
    }
    let lit = [];
    // Stages that stay sketched are sketched anew when other boxes are marked.
    const repaint = () => {
      for (const section of sections) if (section.classList.contains('sketched')) resketch(section);
    };
    const title = id => facts[id].box.label.replace('\n', ' of ');
    function show(id) {
      for (const element of lit) element.classList.remove('hot', 'same');
      lit = [];
      repaint();
      panel.replaceChildren();
      if (!id) {
        panel.append(element('p', 'Point at a node, or choose one, to read about it.', 'quiet'), element('p',
          'Keys: / search, f fold, 0 fit, + − zoom, arrows move, Tab next node, Enter choose, Esc leave.', 'quiet'));
        return;
      }
      const { box, reads, readBy } = facts[id];
      for (const wire of wires.get(id) || []) { wire.classList.add('hot'); lit.push(wire); }
      if (box.path) for (const other of byPath.get(box.path)) {
        const twin = other !== id && boxes.get(other);
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
      if (chosen) boxes.get(chosen).classList.remove('chosen');
      chosen = id;
      if (id) boxes.get(id).classList.add('chosen');
      show(id);
    }
    function reveal(id) {
      const section = sections.find(section => section.dataset.stage === id.slice(0, id.lastIndexOf('-')));
      if (section.hidden) present(section.dataset.stage, true);
      const box = boxes.get(id);
      const closed = [];
      for (let at = box.outer; at; at = at.outer) if (isClosed(at)) closed.push(at);
      if (closed.length) fold(closed, false);
      center(section, box.entry);
      choose(id);
    }
    // Search.
    const search = document.getElementById('search');
    const count = document.getElementById('count');
    let hits = [];
    let hit = -1;
    function find() {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const id of hits) boxes.get(id).classList.remove('hit');
      document.body.classList.toggle('searching', words.length > 0);
      const shown = sections.filter(section => !section.hidden).flatMap(section => section.ids);
      hits = !words.length ? [] : shown.filter(id => {
        const { box } = facts[id];
        const text = [box.label, box.path, box.family, box.written, ...box.notes, ...box.parameters,
          ...box.results.map(result => result.type)].join(' ').toLowerCase();
        return words.every(word => text.includes(word));
      });
      hit = -1;
      repaint();
      for (const id of hits) boxes.get(id).classList.add('hit');
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
      for (const section of sections) if (!section.hidden) size(section);
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
      const clusters = visible().flatMap(section => section.clusters);
      if (clusters.length) fold(clusters, !clusters.every(isClosed));
      visible().forEach(fit);
    }
    document.getElementById('fit').addEventListener('click', () => visible().forEach(fit));
    document.getElementById('fold').addEventListener('click', foldAll);
    window.addEventListener('resize', () => visible().forEach(fit));
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { looks.clear(); repaint(); });
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

    visible().forEach(section => { size(section); draw(section); });
    if (!isNarrow() && window.innerWidth >= 1300) {
      const other = sections[0].hidden ? 'model' : 'ir';
      present(other, true);
    }
    show(null);
    visible().forEach(fit);

    """#
}
