/// What a report does: it tells the numbers under the pointer, or, with the arrow keys, one after the other.
enum ReportScript {
  static let text = #"""
    'use strict';
    const tip = document.getElementById('tip');
    function nearest(places, x) {
      let best = 0;
      places.forEach((place, k) => { if (Math.abs(place - x) < Math.abs(places[best] - x)) best = k; });
      return best;
    }
    const between = (borders, x) => borders.findIndex((border, k) =>
      k + 1 < borders.length && x >= Math.min(border, borders[k + 1]) && x <= Math.max(border, borders[k + 1]));
    for (const figure of document.querySelectorAll('figure')) {
      const picture = figure.querySelector('.picture');
      const chart = picture.querySelector('svg');
      const cursor = chart.querySelector('.cursor');
      const axis = chart.querySelector('.axis').getAttribute('d').match(/[\d.]+/g).map(Number);
      const data = JSON.parse(figure.querySelector('script').textContent);
      const [, , unitWidth] = chart.getAttribute('viewBox').split(' ').map(Number);
      let at = -1;
      let row = 0;
      function hide() {
        tip.hidden = true;
        cursor.setAttribute('d', '');
      }
      // Tells the place `at` (and `row`), beside the point (x, y) of the picture.
      function tell(x, y) {
        const lines = data.kind === 'cells' ? [data.lines[row][at]] : data.lines[at];
        tip.textContent = [data.heads[at], ...lines].join('\n');
        tip.hidden = false;
        if (data.kind === 'curves') cursor.setAttribute('d', `M${x},${axis[1]}V${axis[2]}`);
        if (data.kind === 'points') cursor.setAttribute('d', `M${x - 5},${y}a5,5 0 1 0 10,0a5,5 0 1 0 -10,0`);
        if (data.kind === 'cells') {
          cursor.setAttribute('d', `M${data.x[at]},${data.y[row]}H${data.x[at + 1]}V${data.y[row + 1]}H${data.x[at]}z`);
        }
        const box = chart.getBoundingClientRect();
        const scale = box.width / unitWidth;
        const [left, top] = [box.left + x * scale + 14, box.top + y * scale + 14];
        const size = tip.getBoundingClientRect();
        tip.style.left = `${Math.max(4, Math.min(left, window.innerWidth - size.width - 6))}px`;
        tip.style.top = `${top + size.height > window.innerHeight ? top - size.height - 28 : top}px`;
      }
      chart.addEventListener('pointermove', event => {
        const box = chart.getBoundingClientRect();
        const scale = box.width / unitWidth;
        const [x, y] = [(event.clientX - box.left) / scale, (event.clientY - box.top) / scale];
        if (data.kind === 'cells') {
          [at, row] = [between(data.x, x), between(data.y, y)];
          return at < 0 || row < 0 ? hide() : tell(x, y);
        }
        if (data.kind === 'curves') {
          if (!data.x.length || x < axis[0] - 8) return hide();
          at = nearest(data.x, x);
          return tell(data.x[at], y);
        }
        at = data.x.reduce((best, place, k) => Math.hypot(place - x, data.y[k] - y)
          < Math.hypot(data.x[best] - x, data.y[best] - y) ? k : best, 0);
        return Math.hypot(data.x[at] - x, data.y[at] - y) > 10 ? hide() : tell(data.x[at], data.y[at]);
      });
      picture.addEventListener('pointerleave', hide);
      picture.addEventListener('blur', hide);
      picture.addEventListener('keydown', event => {
        const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
        if (event.key === 'Escape') return hide();
        const step = steps[event.key];
        const columns = data.kind === 'cells' ? data.x.length - 1 : data.x.length;
        if (!step || !columns || (step[1] && data.kind !== 'cells')) return;
        event.preventDefault();
        at = Math.max(0, Math.min(columns - 1, at + step[0]));
        // Rows of histograms go upwards, those of matrices downwards.
        const down = data.kind === 'cells' && data.y[0] > data.y[1] ? -step[1] : step[1];
        if (data.kind === 'cells') row = Math.max(0, Math.min(data.y.length - 2, row + down));
        if (data.kind === 'cells') tell((data.x[at] + data.x[at + 1]) / 2, (data.y[row] + data.y[row + 1]) / 2);
        else tell(data.x[at], data.kind === 'points' ? data.y[at] : (axis[1] + axis[2]) / 2);
      });
    }

    """#
}
