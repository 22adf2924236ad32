import { basename } from 'node:path';
import { inputError } from 'sluice';

/** A decoded picture: `data` is RGB interleaved, `height × width × 3` bytes, row after row. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/**
 * Decodes a picture to the pixels that `cv2.imread(path, IMREAD_COLOR)` gives, in RGB order: turned upright by its EXIF orientation, grey repeated
 * over three channels, alpha dropped (not blended), 16 bits cut to the upper 8, embedded colour profiles left unapplied; CMYK goes through libvips' own profile.
 *
 * @param source path of a picture, or its bytes.
 * @param name names the picture in errors, default the file's name.
 * @throws ERR_INPUT when it is no picture, or a truncated one.
 */
export async function decodeImage(source: string | Uint8Array, name = nameOf(source)): Promise<RgbImage> {
  const { default: sharp } = await import('sharp');
  try {
    const { data, info } = await sharp(source, { failOn: 'error', ignoreIcc: true, limitInputPixels: MAX_PIXELS })
      .autoOrient()
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, data };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw inputError(
      `${name} is not a readable picture: ${reason.split('\n')[0]}`,
      'Open it in a viewer: it may be cut short, or be another kind of file under a picture’s name.',
      error,
    );
  }
}

/** OpenCV's own limit (2^30 pixels): past it a file is an attack or a mistake, not a training picture. */
const MAX_PIXELS = 2 ** 30;

const nameOf = (source: string | Uint8Array): string => (typeof source === 'string' ? basename(source) : 'The picture');
