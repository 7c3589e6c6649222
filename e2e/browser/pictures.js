// Pictures of a pane: what it looks like on a telephone and on a desk, in light and in dark, as one.

/** The looks of a pane, each with where it stands in the picture, and how high: telephones as they are, desks beside them. */
export const looks = [
  { name: '390 px, light', colorScheme: 'light', width: 390, height: 844, at: [0, 0, 844] },
  { name: '390 px, dark', colorScheme: 'dark', width: 390, height: 844, at: [406, 0, 844] },
  { name: '1280 px, light', colorScheme: 'light', width: 1280, height: 800, at: [812, 0, 414] },
  { name: '1280 px, dark', colorScheme: 'dark', width: 1280, height: 800, at: [812, 430, 414] },
];

/** Puts pictures, one for each look, together, in an empty page. Returns a WebP. */
export async function together(page, shots) {
  const parts = shots.map((png, i) => ({ ...looks[i], url: 'data:image/png;base64,' + png.toString('base64') }));
  const url = await page.evaluate(async (all) => {
    const canvas = document.createElement('canvas');
    canvas.width = 812 + 662;
    canvas.height = 844;
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.fillStyle = '#8b949e';
    context.fillRect(0, 0, canvas.width, canvas.height);
    for (const { url, width, height, at } of all) {
      const image = new Image();
      image.src = url;
      await image.decode();
      context.drawImage(image, at[0], at[1], (width * at[2]) / height, at[2]);
    }
    return canvas.toDataURL('image/webp', 0.85);
  }, parts);
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}
