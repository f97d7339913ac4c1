import sharp from 'sharp';

/**
 * What a photo looks like when a picture of it is held before a camera, made by rendering: screens and prints photographed
 * were not at hand. Each takes and gives a JPEG or PNG.
 */
export const renderings: Record<string, (photo: Buffer) => Promise<Buffer>> = {
  plain: async (photo) => photo,
  're-encoded': async (photo) => {
    const { width, height } = await upright(photo);
    const small = await sharp(photo)
      .rotate()
      .resize(Math.round(width / 2))
      .jpeg({ quality: 40 })
      .toBuffer();
    return sharp(small).resize(width, height, { fit: 'fill' }).jpeg({ quality: 85 }).toBuffer();
  },
  screen: onScreen,
  'screen with its frame': async (photo) => framed(await onScreen(photo), '#0b0b0d', 0.06, 18),
  'print held up': async (photo) => framed(await printed(photo), '#f4f2ec', 0.05, 90),
};

async function upright(photo: Buffer): Promise<{ width: number; height: number }> {
  const { info } = await sharp(photo).rotate().toBuffer({ resolveWithObject: true });
  return info;
}

/** Stripes of red, green and blue, rows between them, seen at a scale that is no whole number: moiré. A little blue and glare. */
async function onScreen(photo: Buffer): Promise<Buffer> {
  const { width, height } = await upright(photo);
  const scale = 2.37;
  const [wide, high] = [Math.round(width * scale), Math.round(height * scale)];
  const { data } = await sharp(photo)
    .rotate()
    .removeAlpha()
    .toColourspace('srgb')
    .resize(wide, high, { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const row = y % 3 === 2 ? 0.72 : 1.06;
      for (let c = 0; c < 3; c++) {
        const stripe = x % 3 === c ? 1.28 : 0.84;
        const i = 3 * (y * wide + x) + c;
        data[i] = Math.min(255, (data[i] as number) * row * stripe * (c === 2 ? 1.06 : 0.98));
      }
    }
  }
  return sharp(data, { raw: { width: wide, height: high, channels: 3 } })
    .resize(width, height, { fit: 'fill', kernel: 'cubic' })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** Dots, less contrast and colour, a little blur. */
async function printed(photo: Buffer): Promise<Buffer> {
  const { width, height } = await upright(photo);
  const { data } = await sharp(photo)
    .rotate()
    .removeAlpha()
    .toColourspace('srgb')
    .modulate({ saturation: 0.85 })
    .linear(0.78, 30)
    .blur(0.7)
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const dots = 7 * Math.sin((x + y) * 1.9) * Math.sin((x - y) * 1.9);
      for (let c = 0; c < 3; c++) {
        const i = 3 * (y * width + x) + c;
        data[i] = Math.max(0, Math.min(255, (data[i] as number) + dots));
      }
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}

/** The picture, smaller and turned a little, with a border, before a plain wall. */
async function framed(photo: Buffer, border: string, share: number, wall: number): Promise<Buffer> {
  const { width, height } = await upright(photo);
  const edge = Math.round(share * Math.min(width, height));
  const background = { r: wall, g: wall, b: wall + 6 };
  const [w, h] = [Math.round(width * 0.62), Math.round(height * 0.62)];
  const picture = await sharp(photo).resize(w, h, { fit: 'fill' }).toBuffer();
  const sheet = await sharp(picture)
    .extend({ top: edge, bottom: edge, left: edge, right: edge, background: border })
    .toBuffer();
  const turned = await sharp(sheet).rotate(4, { background }).toBuffer();
  const input = await sharp(turned).resize(width, height, { fit: 'inside', withoutEnlargement: true }).toBuffer();
  return sharp({ create: { width, height, channels: 3, background } })
    .composite([{ input, gravity: 'centre' }])
    .jpeg({ quality: 90 })
    .toBuffer();
}
