import { createRequire } from 'node:module';

/** The family that charts are drawn with (`DejaVu Sans` is there as well); it ships with the package, so a machine without fonts draws the same bytes. */
export const FONT_FAMILY = 'DejaVu Sans Condensed';

const FONT_FILES = ['DejaVuSansCondensed', 'DejaVuSansCondensed-Bold', 'DejaVuSans', 'DejaVuSans-Bold'];

/**
 * Draws an SVG, with text, whatever fonts the machine has or lacks.
 *
 * @param scale pixels of the picture per unit of the drawing.
 */
export async function svgToPng(svg: string, scale = 2): Promise<Uint8Array> {
  const { Resvg } = await import('@resvg/resvg-js');
  const { resolve } = createRequire(import.meta.url);
  const drawing = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: scale },
    font: {
      loadSystemFonts: false,
      fontFiles: FONT_FILES.map((file) => resolve(`dejavu-fonts-ttf/ttf/${file}.ttf`)),
      defaultFontFamily: FONT_FAMILY,
      sansSerifFamily: FONT_FAMILY,
    },
  });
  return drawing.render().asPng();
}
