// A small line of the last values: the few that there are at the beginning take a part of the room, later ones all of it.
const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 120, HEIGHT = 32;
const FEW = 20;

export class Spark {
  constructor() {
    this.element = document.createElementNS(SVG, 'svg');
    this.element.setAttribute('class', 'spark');
    this.element.setAttribute('viewBox', `0 0 ${WIDTH} ${HEIGHT}`);
    this.element.setAttribute('preserveAspectRatio', 'none');
    this.element.setAttribute('aria-hidden', 'true');
    [this.area, this.line] = ['area', 'line'].map((name) => {
      const path = document.createElementNS(SVG, 'path');
      path.setAttribute('class', name);
      this.element.append(path);
      return path;
    });
  }

  // The newest at the right end.
  show(values) {
    const most = Math.max(...values, 1e-9);
    const step = WIDTH / (Math.max(FEW, values.length) - 1);
    const left = WIDTH - (values.length - 1) * step;
    const points = values.map((value, i) => `${(left + i * step).toFixed(1)},${(HEIGHT - 2 - (value / most) * (HEIGHT - 4)).toFixed(1)}`);
    this.line.setAttribute('d', points.length > 1 ? `M${points.join('L')}` : '');
    this.area.setAttribute('d', points.length > 1 ? `M${left.toFixed(1)},${HEIGHT}L${points.join('L')}L${WIDTH},${HEIGHT}Z` : '');
  }
}
