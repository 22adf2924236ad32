/**
 * Turns hue and scales saturation and value of an RGB picture (interleaved), in place. Black, white and greys keep having no colour.
 *
 * Arithmetic of the HSV cone in floats; OpenCV's tables round hue to two degrees on the way, which is the only difference to Ultralytics.
 *
 * @param shift.hue degrees of the full circle.
 */
export function shiftColours(
  pixels: Uint8Array,
  shift: { readonly hue: number; readonly saturation: number; readonly value: number },
): void {
  if (shift.hue === 0 && shift.saturation === 1 && shift.value === 1) return;
  // Hue as 0..6, one for each edge of the colour hexagon.
  const turn = (((shift.hue / 60) % 6) + 6) % 6;
  for (let i = 0; i < pixels.length; i += 3) {
    const r = pixels[i]!;
    const g = pixels[i + 1]!;
    const b = pixels[i + 2]!;
    const high = Math.max(r, g, b);
    const low = Math.min(r, g, b);
    const chroma = high - low;
    const value = Math.min(high * shift.value, 255);
    if (chroma === 0) {
      pixels[i] = pixels[i + 1] = pixels[i + 2] = value + 0.5;
      continue;
    }
    const edge = high === r ? (g - b) / chroma : high === g ? (b - r) / chroma + 2 : (r - g) / chroma + 4;
    const turned = edge < 0 ? edge + 6 + turn : edge + turn;
    // Not `%`, which on fractions is a function call of its own and costs more than all the rest of this loop.
    const hue = turned >= 6 ? turned - 6 : turned;
    const saturation = Math.min((chroma / high) * shift.saturation, 1);
    const sector = hue | 0;
    const part = hue - sector;
    const p = value * (1 - saturation) + 0.5;
    const q = value * (1 - saturation * part) + 0.5;
    const t = value * (1 - saturation * (1 - part)) + 0.5;
    const v = value + 0.5;
    pixels[i] = sector === 0 || sector === 5 ? v : sector === 1 ? q : sector === 4 ? t : p;
    pixels[i + 1] = sector === 1 || sector === 2 ? v : sector === 0 ? t : sector === 3 ? q : p;
    pixels[i + 2] = sector === 3 || sector === 4 ? v : sector === 2 ? t : sector === 5 ? q : p;
  }
}
