// Draws the charts over time with uPlot from the data in the page, with one
// cursor for all of them. Without this script the page shows the same charts
// as SVG.
(function () {
  "use strict";
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  const read = (id) => JSON.parse(byId(id).textContent);
  const css = (name) => getComputedStyle(root).getPropertyValue("--" + name).trim();
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;

  // A figure with about three digits, as the tables have it.
  function figure(v, unit) {
    if (v == null) return "–";
    if (unit === "ms") {
      if (v >= 999.5) return (v / 1000).toFixed(2) + " s";
      return v.toFixed(v >= 99.95 ? 0 : v >= 9.995 ? 1 : 2) + " ms";
    }
    const a = Math.abs(v);
    const s = a >= 99.95 || a === 0 ? Math.round(v).toLocaleString("en-US") : String(Number(v.toPrecision(3)));
    return s + unit;
  }
  function tick(v, unit) {
    if (unit !== "ms") return Number(v.toPrecision(6)).toLocaleString("en-US") + unit;
    return v >= 1000 ? v / 1000 + " s" : v >= 1 ? v + " ms" : Math.round(v * 1000) + " µs";
  }
  function clock(s, end) {
    const two = (n) => String(n).padStart(2, "0"), whole = Math.round(s);
    if (end < 180) return Number(s.toFixed(1)) + " s";
    if (end < 7200) return Math.floor(whole / 60) + ":" + two(whole % 60);
    return Math.floor(whole / 3600) + ":" + two(Math.floor(whole / 60) % 60) + " h";
  }
  function alpha(color, a) {
    const m = /^#(..)(..)(..)$/.exec(color);
    return m ? `rgba(${m.slice(1).map((h) => parseInt(h, 16)).join(",")},${a})` : color;
  }
  // A hatched fill, as in the SVG: refusals are not told by colour alone.
  function hatch(ctx, color, angle) {
    const n = 8 * devicePixelRatio, tile = document.createElement("canvas");
    tile.width = tile.height = n;
    const c = tile.getContext("2d");
    c.fillStyle = alpha(color, 0.3);
    c.fillRect(0, 0, n, n);
    c.strokeStyle = color;
    c.lineWidth = n / 3.4;
    c.beginPath();
    for (const k of [-n, 0, n]) {
      if (angle > 0) { c.moveTo(k - 2, n + 2); c.lineTo(k + n + 2, -2); }
      else { c.moveTo(k - 2, -2); c.lineTo(k + n + 2, n + 2); }
    }
    c.stroke();
    return ctx.createPattern(tile, "repeat");
  }

  const data = read("chart-data");
  let plots = [], pointed = null; // pointed: the chart under the pointer; the cursors of the others follow

  // The rows that uPlot gets: layers as the sums up to their tops, then lines.
  function columns(chart) {
    let sum = data.x.map(() => 0);
    return chart.series.map((s) => {
      if (!s.stack) return { s, values: s.values };
      const lower = sum;
      sum = sum.map((t, i) => t + (s.values[i] || 0));
      return { s, lower, values: sum };
    });
  }
  // Values hold for a whole interval, so they are drawn as stairs; a layer is
  // filled between its own top and the one below.
  function stairs(chart, column) {
    return (u, k, i0, i1) => {
      const line = new Path2D(), fill = new Path2D();
      const X = (v) => u.valToPos(Math.min(v, chart.end), "x", true), Y = (v) => u.valToPos(v, "y", true);
      let pen = false;
      for (let i = i0; i <= i1; i++) {
        const v = column.values[i], x0 = X(data.x[i]), x1 = X(data.x[i] + data.step);
        if (v == null) { pen = false; continue; }
        const y = Y(v);
        if (pen) line.lineTo(x0, y); else line.moveTo(x0, y);
        line.lineTo(x1, y);
        pen = true;
        if (column.lower && column.lower[i] < v) {
          const base = Y(column.lower[i]);
          fill.rect(x0, y, x1 - x0 + 0.5, base - y);
        }
      }
      return { stroke: line, fill, clip: null, band: null, gaps: null, flags: 3 };
    };
  }

  function backdrop(chart) {
    return (u) => {
      const { ctx, bbox } = u, at = (v) => u.valToPos(v, "x", true);
      ctx.save();
      ctx.beginPath();
      ctx.rect(bbox.left, 0, bbox.width, bbox.top + bbox.height);
      ctx.clip();
      ctx.font = 12 * devicePixelRatio + "px " + getComputedStyle(document.body).fontFamily;
      ctx.textAlign = "center";
      ctx.textBaseline = "alphabetic";
      chart.bands.forEach((b, i) => {
        const x0 = Math.max(at(b.from), bbox.left), x1 = Math.min(at(b.to), bbox.left + bbox.width);
        if (x1 <= x0) return;
        if (i % 2 === 0) { ctx.fillStyle = css("band"); ctx.fillRect(x0, bbox.top, x1 - x0, bbox.height); }
        let label = b.label;
        while (label && ctx.measureText(label).width > x1 - x0 - 8) label = label.length > 2 ? label.slice(0, -2) + "…" : "";
        ctx.fillStyle = css("faint");
        if (label.length > 2) ctx.fillText(label, (x0 + x1) / 2, bbox.top - 7 * devicePixelRatio);
      });
      ctx.restore();
    };
  }
  function bounds(chart) {
    return (u) => {
      const { ctx, bbox } = u, r = devicePixelRatio;
      for (const m of chart.marks) {
        const y = u.valToPos(m.value, "y", true);
        if (y < bbox.top || y > bbox.top + bbox.height) continue;
        ctx.save();
        ctx.strokeStyle = css("fail");
        ctx.lineWidth = 1.2 * r;
        ctx.setLineDash([7 * r, 4 * r]);
        ctx.beginPath(); ctx.moveTo(bbox.left, y); ctx.lineTo(bbox.left + bbox.width, y); ctx.stroke();
        ctx.font = 12 * r + "px " + getComputedStyle(document.body).fontFamily;
        ctx.textAlign = "left";
        ctx.textBaseline = "bottom";
        ctx.lineWidth = 3 * r; ctx.setLineDash([]); ctx.strokeStyle = css("paper");
        ctx.strokeText(m.label, bbox.left + 6 * r, y - 3 * r);
        ctx.fillStyle = css("ink");
        ctx.fillText(m.label, bbox.left + 6 * r, y - 3 * r);
        ctx.restore();
      }
    };
  }

  function tooltip(chart, host) {
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    return {
      hooks: {
        init: (u) => {
          host.appendChild(tip);
          u.over.addEventListener("mouseenter", () => { pointed = u; });
          u.over.addEventListener("mouseleave", () => { pointed = null; tip.hidden = true; });
        },
        setCursor: (u) => {
          const i = u.cursor.idx == null ? -1 : Math.min(u.cursor.idx, data.x.length - 1);
          tip.hidden = pointed !== u || i < 0;
          if (tip.hidden) return;
          const rows = chart.series.map((s) => [s.label, figure(s.values[i], chart.unit)]).reverse();
          tip.textContent = "";
          const head = document.createElement("b");
          head.textContent = clock(data.x[i], chart.end) + " – " + clock(Math.min(chart.end, data.x[i] + data.step), chart.end);
          const table = document.createElement("table");
          for (const [label, value] of rows) {
            const tr = table.insertRow();
            tr.insertCell().textContent = label;
            tr.insertCell().textContent = value;
          }
          tip.append(head, table);
          const left = u.over.offsetLeft + u.cursor.left, right = left + 16 + tip.offsetWidth > host.clientWidth;
          tip.style.left = Math.max(0, right ? left - tip.offsetWidth - 14 : left + 14) + "px";
          tip.style.top = u.over.offsetTop + 8 + "px";
        },
      },
    };
  }

  // The axis ends where the run does, after the last interval's beginning.
  function zoom(lo, hi, end) {
    const last = data.x[data.x.length - 1];
    return lo == null || lo <= data.x[0] && hi >= last ? [0, end] : [lo, hi];
  }

  function draw(chart) {
    const box = byId(chart.id), host = box.querySelector(".live");
    host.textContent = "";
    box.classList.add("drawn");
    const all = columns(chart);
    const width = box.clientWidth, narrow = width < 560;
    const axis = { stroke: css("faint"), grid: { stroke: css("grid"), width: 1 }, ticks: { show: false }, font: "12px " + getComputedStyle(document.body).fontFamily };
    const canvas = document.createElement("canvas").getContext("2d");
    const series = all.map((column) => {
      const { s } = column, color = css(s.color);
      const o = { label: s.label, paths: stairs(chart, column), points: { show: false } };
      if (s.stack) return { ...o, fill: s.hatch ? hatch(canvas, color, s.hatch) : alpha(color, 0.85), width: 0 };
      return { ...o, stroke: color, width: 1.8, dash: s.dash ? s.dash.split(" ").map(Number) : undefined };
    });
    const opts = {
      width, height: narrow ? 250 : chart.unit === "/s" || chart.unit === "ms" ? 320 : 200,
      padding: [22, 18, 0, 0],
      legend: { show: false },
      cursor: { sync: { key: "time", scales: ["x", null] }, points: { show: false }, drag: { x: true, y: false }, y: false },
      scales: {
        x: { time: false, range: (u, lo, hi) => zoom(lo, hi, chart.end) },
        y: chart.log ? { distr: 3, range: () => [chart.min, chart.max] } : { range: () => [0, chart.max || 1] },
      },
      axes: [
        { ...axis, grid: { show: false }, values: (u, vs) => vs.map((v) => clock(v, chart.end)), space: narrow ? 60 : 80, size: 34,
          incrs: [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800] },
        { ...axis, size: narrow ? 52 : 62, splits: () => chart.ticks, values: (u, vs) => vs.map((v) => tick(v, chart.unit)) },
      ],
      series: [{}].concat(series),
      hooks: { drawClear: [backdrop(chart)], draw: [bounds(chart)] },
      plugins: [tooltip(chart, host)],
    };
    const u = new uPlot(opts, [data.x].concat(all.map((c) => c.values)), host);
    plots.push({ u, box, chart });
  }
  function drawAll() {
    for (const p of plots) p.u.destroy();
    pointed = null;
    plots = [];
    for (const chart of data.charts) draw(chart);
  }

  function themed() {
    byId("theme").textContent = dark() ? "Light" : "Dark";
    if (window.uPlot) drawAll();
  }
  byId("theme").addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; themed(); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", themed);
  if (location.hash === "#dark") root.dataset.theme = "dark";

  // Charts keep to the width of the page.
  let asked = 0;
  new ResizeObserver(() => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => { if (plots.some((p) => p.box.clientWidth !== p.u.width)) drawAll(); });
  }).observe(document.body);

  for (const b of document.querySelectorAll("[data-copy]")) {
    b.addEventListener("click", async () => {
      const from = byId(b.dataset.copy);
      try { await navigator.clipboard.writeText(from.textContent); b.textContent = "Copied"; }
      catch { getSelection().selectAllChildren(from); b.textContent = "Selected"; }
      setTimeout(() => { b.textContent = "Copy"; }, 1500);
    });
  }
  byId("download").addEventListener("click", () => {
    const a = document.createElement("a");
    a.href = URL.createObjectURL(new Blob([byId("run-json").textContent + "\n"], { type: "application/json" }));
    a.download = "run.json";
    a.click();
    URL.revokeObjectURL(a.href);
  });
  themed();
})();
