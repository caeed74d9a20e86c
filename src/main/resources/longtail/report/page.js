'use strict';
// Tables that are searched and sorted, and confusion matrices that are looked up. What they show is
// in JSON beside them: class numbers, counts, shares in thousandths; null is not known.
(() => {
  const CLASSES = document.getElementById('class-names');
  const NAMES = CLASSES ? JSON.parse(CLASSES.textContent) : [];
  const FEW_CELLS = 30;
  const LEAST_CELL = 3;
  const SCALE = [[255, 255, 255], [211, 227, 243], [127, 179, 217], [46, 126, 188], [8, 48, 107]];

  const data = box => JSON.parse(box.querySelector('script[type="application/json"]').textContent);
  const number = value => value.toLocaleString('en');
  const percent = share => (100 * share).toFixed(1) + ' %';
  const named = c => c + ' ' + NAMES[c];

  function make(tag, properties, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }

  const cell = {
    number: value => number(value),
    class: value => String(value),
    text: value => value,
    name: value => NAMES[value],
    permille: value => (value / 10).toFixed(1),
    change: value => (value > 0 ? '+' : '') + (value / 10).toFixed(1),
  };
  const style = column =>
    column.kind === 'name' ? 'text name' : column.kind === 'text' ? 'text' : '';
  const isText = column => column.kind === 'text' || column.kind === 'name';

  function dataTable(box) {
    const { find, size, pick, columns } = data(box);
    const rows = columns[0].values.length;
    const text = (column, row) => {
      const value = column.values[row];
      return value === null ? '-' : cell[column.kind](value);
    };
    const searched = [...Array(rows).keys()].map(row => columns
      .filter(isText).map(column => text(column, row)).join(' ').toLowerCase());
    let sorted = { column: -1, direction: 1 }; // at first as it is written
    let shown = size;
    const search = make('input', { type: 'search', placeholder: find, ariaLabel: find });
    const sort = make('select', { className: 'sort', ariaLabel: 'Sort by' });
    sort.append(make('option', { value: '-1 1' }, 'not sorted'));
    columns.forEach((column, i) => {
      sort.append(make('option', { value: i + ' 1' }, column.title + ', upwards'));
      sort.append(make('option', { value: i + ' -1' }, column.title + ', downwards'));
    });
    const count = make('p', { className: 'count' });
    const heads = columns.map((column, i) => {
      const button = make('button', { type: 'button' }, column.title);
      button.addEventListener('click', () => {
        const again = sorted.column === i;
        const first = isText(column) || i === 0 ? 1 : -1;
        sorted = { column: i, direction: again ? -sorted.direction : first };
        draw();
      });
      return make('th', { className: style(column) }, button);
    });
    const body = make('tbody');
    const more = make('button', { type: 'button' }, 'Show more');

    function compare(a, b) {
      if (sorted.column < 0) {
        return a - b;
      }
      const column = columns[sorted.column];
      const left = column.values[a];
      const right = column.values[b];
      if (left === null || right === null) {
        return (left === null) - (right === null) || a - b;
      }
      const order = isText(column)
        ? text(column, a).localeCompare(text(column, b)) : left - right;
      return sorted.direction * order || a - b;
    }

    function draw() {
      const wanted = search.value.trim().toLowerCase();
      const numbers = columns.filter(column => column.kind === 'class');
      const called = row => numbers.some(column => String(column.values[row]) === wanted);
      const found = [...Array(rows).keys()]
        .filter(row => searched[row].includes(wanted) || called(row));
      found.sort((a, b) => called(b) - called(a) || compare(a, b));
      heads.forEach((head, i) => head.setAttribute('aria-sort', i !== sorted.column ? 'none'
        : sorted.direction > 0 ? 'ascending' : 'descending'));
      sort.value = sorted.column + ' ' + sorted.direction;
      body.replaceChildren(...found.slice(0, shown).map(row => {
        const line = make('tr', {}, ...columns.map(column => {
          const td = make('td', { className: style(column) }, text(column, row));
          td.dataset.title = column.title;
          return td;
        }));
        if (pick !== undefined) {
          line.className = 'pick';
          line.addEventListener('click', () => document.dispatchEvent(
            new CustomEvent('pick', { detail: columns[pick].values[row] })));
        }
        return line;
      }));
      count.textContent = number(Math.min(shown, found.length)) + ' of ' + number(found.length)
        + (found.length < rows ? ' found in ' + number(rows) : '');
      more.hidden = found.length <= shown;
    }

    search.addEventListener('input', () => { shown = size; draw(); });
    sort.addEventListener('change', () => {
      const [column, direction] = sort.value.split(' ').map(Number);
      sorted = { column, direction };
      draw();
    });
    more.addEventListener('click', () => { shown += 5 * size; draw(); });
    box.append(search, ' ', sort, count, make('table', { className: 'cards' },
      make('thead', {}, make('tr', {}, ...heads)), body), make('p', {}, more));
    draw();
  }

  function confusion(box) {
    const { order, groups, cells, lookup } = data(box);
    const classes = order.length;
    const rank = [];
    order.forEach((c, i) => { rank[c] = i; });
    const tested = new Array(classes).fill(0);
    const predicted = new Array(classes).fill(0);
    for (let i = 0; i < cells.length; i += 3) {
      tested[cells[i]] += cells[i + 2];
      predicted[cells[i + 1]] += cells[i + 2];
    }
    const canvas = make('canvas', { tabIndex: 0 });
    const said = make('p', { className: 'said' });
    const nearer = make('button', { type: 'button' }, 'Zoom in');
    const whole = make('button', { type: 'button' }, 'Whole matrix');
    const found = make('div');
    let view = { row: 0, column: 0, size: classes };
    let plan = null;
    let chosen = null;
    let looked = null;

    function shade(share) {
      const place = Math.min(1, plan.fine ? share : Math.pow(share, 0.4)) * (SCALE.length - 1);
      const at = Math.min(SCALE.length - 2, Math.floor(place));
      return 'rgb(' + SCALE[at].map((from, i) =>
        Math.round(from + (SCALE[at + 1][i] - from) * (place - at))).join(',') + ')';
    }

    // The cells of the view: `block` classes a side each.
    function arrange() {
      const width = Math.min(720, box.clientWidth || 720);
      const left = 46;
      const side = width - left - 8;
      const block = Math.ceil(view.size / Math.floor(side / LEAST_CELL));
      const bins = Math.ceil(view.size / block);
      plan = { width, left, top: 22, side, block, bins, cell: side / bins,
        fine: bins <= FEW_CELLS, shares: new Map() };
      const rows = new Array(bins).fill(0);
      for (let i = 0; i < view.size; i++) {
        rows[Math.floor(i / block)] += tested[order[view.row + i]] > 0 ? 1 : 0;
      }
      for (let i = 0; i < cells.length; i += 3) {
        const r = rank[cells[i]] - view.row;
        const c = rank[cells[i + 1]] - view.column;
        if (r >= 0 && c >= 0 && r < view.size && c < view.size) {
          const row = Math.floor(r / block);
          const key = row * bins + Math.floor(c / block);
          const before = plan.shares.get(key) || { share: 0, count: 0, most: null };
          before.share += cells[i + 2] / tested[cells[i]] / rows[row];
          before.count += cells[i + 2];
          const wrong = cells[i] !== cells[i + 1];
          if (wrong && (!before.most || cells[i + 2] > before.most[2])) {
            before.most = [cells[i], cells[i + 1], cells[i + 2]];
          }
          plan.shares.set(key, before);
        }
      }
    }

    function draw() {
      arrange();
      const { width, left, top, side, block, bins, cell: step } = plan;
      const scale = window.devicePixelRatio || 1;
      canvas.width = width * scale;
      canvas.height = (top + side + 44) * scale;
      const pen = canvas.getContext('2d');
      pen.scale(scale, scale);
      pen.font = '12px system-ui, sans-serif';
      pen.textBaseline = 'middle';
      for (const [key, { share, count }] of plan.shares) {
        const x = left + key % bins * step;
        const y = top + Math.floor(key / bins) * step;
        pen.fillStyle = shade(share);
        pen.fillRect(x, y, step + 0.3, step + 0.3);
        if (plan.fine && block === 1 && pen.measureText(count).width < step - 2) {
          pen.fillStyle = share > 0.5 ? '#fff' : '#222';
          pen.textAlign = 'center';
          pen.fillText(count, x + step / 2, y + step / 2);
        }
      }
      pen.strokeStyle = '#9a9a9a';
      pen.strokeRect(left, top, side, side);
      pen.fillStyle = '#666';
      drawGroups(pen);
      drawAxes(pen);
      pen.strokeStyle = '#d9730d';
      pen.lineWidth = 2;
      if (chosen) {
        pen.strokeRect(left + chosen.column * step - 1, top + chosen.row * step - 1,
          step + 2, step + 2);
      }
      if (looked !== null) {
        pen.globalAlpha = 0.6;
        pen.lineWidth = 1;
        const row = (rank[looked] - view.row + 0.5) / block * step;
        const column = (rank[looked] - view.column + 0.5) / block * step;
        if (row > 0 && row < side) {
          pen.strokeRect(left, top + row - step / 2, side, step);
        }
        if (column > 0 && column < side) {
          pen.strokeRect(left + column - step / 2, top, step, side);
        }
      }
      whole.disabled = view.size === classes;
      nearer.disabled = !chosen || view.size <= FEW_CELLS;
    }

    function drawGroups(pen) {
      const { left, top, side, block, cell: step } = plan;
      const place = (rankOf, from) =>
        Math.max(0, Math.min(side, Math.floor((rankOf - from) / block) * step));
      let before = 0;
      pen.textAlign = 'center';
      for (const { name, end } of groups) {
        const from = place(before, view.column);
        const to = end - view.column >= view.size ? side : place(end, view.column);
        if (to - from > pen.measureText(name).width) {
          pen.fillText(name, left + (from + to) / 2, top - 11);
        }
        if (to > 0 && to < side) {
          line(pen, left + to, top - 8, left + to, top + side);
        }
        const down = place(end, view.row);
        if (down > 0 && down < side) {
          line(pen, left, top + down, left + side, top + down);
        }
        before = end;
      }
    }

    function line(pen, fromX, fromY, toX, toY) {
      pen.beginPath();
      pen.moveTo(fromX, fromY);
      pen.lineTo(toX, toY);
      pen.stroke();
    }

    function drawAxes(pen) {
      const { left, top, side, block, bins, cell: step } = plan;
      const each = plan.fine && block === 1;
      const room = Math.max(1, Math.ceil(34 / step));
      for (let bin = 0; bin < bins; bin += each ? 1 : room) {
        pen.textAlign = 'right';
        pen.fillText(each ? order[view.row + bin] : view.row + bin * block + 1,
          left - 5, top + (bin + 0.5) * step);
        if (!each || step > 20 || bin % 2 === 0) {
          pen.textAlign = 'center';
          pen.fillText(each ? order[view.column + bin] : view.column + bin * block + 1,
            left + (bin + 0.5) * step, top + side + 11);
        }
      }
      pen.textAlign = 'center';
      pen.fillText(each ? 'predicted class' : 'rank of the predicted class',
        left + side / 2, top + side + 32);
      pen.save();
      pen.translate(8, top + side / 2);
      pen.rotate(-Math.PI / 2);
      pen.fillText(each ? 'true class' : 'rank of the true class', 0, 0);
      pen.restore();
    }

    function cellAt(event) {
      const frame = canvas.getBoundingClientRect();
      const zoom = plan.width / frame.width;
      const column = Math.floor(((event.clientX - frame.left) * zoom - plan.left) / plan.cell);
      const row = Math.floor(((event.clientY - frame.top) * zoom - plan.top) / plan.cell);
      const within = row >= 0 && column >= 0 && row < plan.bins && column < plan.bins;
      return within ? { row, column } : null;
    }

    function ranks(from, bin) {
      const first = from + bin * plan.block;
      const last = Math.min(first + plan.block, from + view.size) - 1;
      return first === last ? named(order[first])
        : 'ranks ' + number(first + 1) + ' to ' + number(last + 1);
    }

    function say(at) {
      if (!at) {
        said.textContent = 'Point at a cell, or tap it.';
        return;
      }
      const cellOf = plan.shares.get(at.row * plan.bins + at.column)
        || { share: 0, count: 0, most: null };
      const truly = ranks(view.row, at.row);
      let text = 'True ' + truly + ', predicted ' + ranks(view.column, at.column) + ': ';
      if (plan.block === 1) {
        const total = tested[order[view.row + at.row]];
        text += number(cellOf.count) + ' of ' + number(total) + ' images'
          + (total > 0 ? ', ' + percent(cellOf.share) : '');
      } else {
        text += number(cellOf.count) + ' images, ' + percent(cellOf.share) + ' in the mean'
          + (cellOf.most ? '; most confused: ' + named(cellOf.most[0]) + ' for '
            + named(cellOf.most[1]) + ', ' + number(cellOf.most[2]) : '');
      }
      said.textContent = text;
    }

    function zoom() {
      const size = Math.max(Math.min(FEW_CELLS, classes), Math.ceil(view.size / 6));
      const near = (from, bin) => Math.max(0, Math.min(classes - size,
        Math.round(from + (bin + 0.5) * plan.block - size / 2)));
      view = { row: near(view.row, chosen.row), column: near(view.column, chosen.column), size };
      chosen = null;
      draw();
    }

    // What class `c` is taken for, and what is taken for it.
    function look(c) {
      looked = c;
      const taken = [];
      const others = [];
      let right = 0;
      for (let i = 0; i < cells.length; i += 3) {
        if (cells[i] === c && cells[i + 1] === c) {
          right = cells[i + 2];
        } else if (cells[i] === c) {
          taken.push([cells[i + 1], cells[i + 2], tested[c]]);
        } else if (cells[i + 1] === c) {
          others.push([cells[i], cells[i + 2], tested[cells[i]]]);
        }
      }
      const list = (title, of, pairs) => [
        make('p', {}, title + (pairs.length ? ':' : ': none')),
        make('ol', {}, ...pairs.sort((a, b) => b[1] - a[1]).slice(0, 10).map(([other, n, all]) =>
          make('li', {}, named(other) + ': ' + number(n) + of + number(all) + ' images')))];
      found.replaceChildren(make('div', { className: 'found' },
        make('h3', {}, named(c)),
        make('p', {}, number(right) + ' of ' + number(tested[c]) + ' test images recognised, '
          + number(predicted[c]) + ' images taken for it; rank ' + number(rank[c] + 1)),
        ...list('Taken for', ' of ', taken), ...list('Taken for it', ' of its ', others)));
      draw();
    }

    canvas.addEventListener('pointermove', event => say(cellAt(event) || chosen));
    canvas.addEventListener('pointerleave', () => say(chosen));
    canvas.addEventListener('click', event => {
      chosen = cellAt(event);
      draw();
      say(chosen);
    });
    canvas.addEventListener('dblclick', () => chosen && !nearer.disabled && zoom());
    nearer.addEventListener('click', zoom);
    whole.addEventListener('click', () => {
      view = { row: 0, column: 0, size: classes };
      chosen = null;
      draw();
    });
    window.addEventListener('resize', draw);
    const tools = make('div', { className: 'tools' }, nearer, whole);
    box.append(canvas, said, tools);
    if (lookup) {
      const search = make('input',
        { type: 'search', placeholder: 'Look up a class by name or number' });
      search.setAttribute('aria-label', search.placeholder);
      const hits = make('div', { className: 'tools' });
      search.addEventListener('input', () => {
        const wanted = search.value.trim().toLowerCase();
        const matching = wanted === '' ? [] : order.filter(c =>
          String(c) === wanted || NAMES[c].toLowerCase().includes(wanted));
        matching.sort((a, b) => (String(b) === wanted) - (String(a) === wanted));
        hits.replaceChildren(...matching.slice(0, 8).map(c => {
          const button = make('button', { type: 'button' }, named(c));
          button.addEventListener('click', () => look(c));
          return button;
        }));
        if (matching.length === 1) {
          look(matching[0]);
        }
      });
      document.addEventListener('pick', event => {
        look(event.detail);
        found.scrollIntoView({ block: 'nearest' });
      });
      box.append(search, hits, found);
    }
    draw();
    say(null);
  }

  document.querySelectorAll('.data-table').forEach(dataTable);
  document.querySelectorAll('.confusion').forEach(confusion);
})();
