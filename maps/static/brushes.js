/* What the map's script draws with; it runs next and asks for these by name. */

import './strokes.js';
import './tiles.js';
import { figure, say } from './page.js';

/* The scale speaks the reader's language, in metres and kilometres. */
L.Control.Scale.include({
  _updateImperial() {},
  _updateMetric(metres) {
    const whole = this._getRoundNum(metres);
    const words = whole < 1000 ? say('map.m', { m: figure(whole) }) : say('map.km', { km: figure(whole / 1000) });
    this._updateScale(this._mScale, words, whole / metres);
  },
});
