/** Size of a picture in pixels, from the header alone; 0 × 0 when it has none. */
export async function pictureSize(path: string): Promise<{ readonly width: number; readonly height: number }> {
  const { default: sharp } = await import('sharp');
  return sharp(path)
    .metadata()
    .catch(() => ({ width: 0, height: 0 }));
}
