import sharp, { type OutputInfo, type OverlayOptions } from 'sharp';
import type { Box } from '../../src/vision/geometry.js';

/** How a card is printed and photographed. Lengths are shares of the card's width where nothing else is said. */
export interface CardLook {
  /** Width of the printed portrait. */
  portrait: number;
  /** How the portrait is printed: photographically, in dots or in grey. */
  print: 'plain' | 'dots' | 'grey';
  /** A small, faint second portrait. */
  ghost: boolean;
  /** Width of the photo in pixels; 4:3. */
  photoWidth: number;
  /** Share of the photo's width that the card takes. */
  fill: number;
  /** Degrees that it is turned by. */
  turn: number;
  /** Standard deviation of the blur, in pixels of the photo. */
  blur: number;
  /** Of the JPEG. */
  quality: number;
}

const CARD = { width: 1300, height: 820 };
/** Width of the portrait while it is printed, in pixels: about 600 a centimetre of a card and its dots can be told apart. */
const PRINT_WIDTH = 600;
/** Of one dot, in those pixels. */
const DOT = 7;

/** Numbers from 0 to 1 that a seed begins; mulberry32. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomLook(random: () => number): CardLook {
  const between = (least: number, most: number) => least + (most - least) * random();
  const oneOf = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)] as T;
  return {
    portrait: between(0.25, 0.33),
    print: oneOf(['plain', 'dots', 'grey']),
    ghost: random() < 0.5,
    photoWidth: oneOf([800, 1024, 1280, 1600]),
    fill: between(0.7, 0.95),
    turn: between(-6, 6),
    blur: between(0, 1.4),
    quality: Math.round(between(55, 90)),
  };
}

/**
 * A photo of an invented card that bears somebody's portrait, as JPEG.
 * @param photo with the portrait
 * @param face its box in pixels of the photo, upright
 */
export async function photographCard(photo: Buffer, face: Box, look: CardLook, random: () => number): Promise<Buffer> {
  const portrait = await printed(await passportCrop(photo, face), look, random);
  const width = Math.round(look.portrait * CARD.width);
  const height = Math.round((width * 4) / 3);
  const main = await sharp(portrait).resize(width, height, { fit: 'fill' }).png().toBuffer();
  const layers: OverlayOptions[] = [{ input: main, left: 55, top: 230 }];
  if (look.ghost) layers.push({ input: await ghostOf(portrait, Math.round(width * 0.4)), left: 1080, top: 520 });
  const card = await sharp(Buffer.from(background(random)))
    .composite([...layers, { input: Buffer.from(lines(random)), left: 0, top: 0 }])
    .png()
    .toBuffer();
  return photographed(card, look, random);
}

/** 3:4 around the face, upright. */
async function passportCrop(photo: Buffer, { x, y, width, height }: Box): Promise<Buffer> {
  const upright = await sharp(photo).rotate().removeAlpha().toBuffer({ resolveWithObject: true });
  const cropWidth = Math.round(Math.max(width, height * 0.75) * 1.7);
  const cropHeight = Math.round((cropWidth * 4) / 3);
  const left = Math.round(x + width / 2 - cropWidth / 2);
  const top = Math.round(y + height / 2 - cropHeight / 2);
  const pad = cropHeight;
  const wide = await sharp(upright.data)
    .extend({ top: pad, bottom: pad, left: pad, right: pad, extendWith: 'copy' })
    .toBuffer();
  const inside = {
    left: Math.max(0, left + pad),
    top: Math.max(0, top + pad),
    width: Math.min(cropWidth, upright.info.width + pad),
    height: Math.min(cropHeight, upright.info.height + pad),
  };
  return sharp(wide)
    .extract(inside)
    .resize(PRINT_WIDTH, (PRINT_WIDTH * 4) / 3, { fit: 'fill' })
    .png()
    .toBuffer();
}

/** The portrait as it lies on the card: paler, and in dots or in grey. */
async function printed(portrait: Buffer, { print }: CardLook, random: () => number): Promise<Buffer> {
  const contrast = 0.7 + 0.3 * random();
  const saturation = print === 'grey' ? 0 : 0.5 + 0.5 * random();
  const { data, info } = await sharp(portrait)
    .blur(0.8 + 2 * random())
    .modulate({ saturation })
    .linear(contrast, 255 * (1 - contrast) * (0.4 + 0.5 * random()))
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (print === 'dots') screen(data, info, 0.35 + 0.35 * random());
  const { width, height, channels } = info;
  return sharp(data, { raw: { width, height, channels } }).png().toBuffer();
}

/** Clustered dots at an angle of their own for each colour, mixed with the even tone. */
function screen(data: Buffer, { width, height, channels }: OutputInfo, strength: number): void {
  const angles = [0.26, 1.31, 0.78];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < 3; c++) {
        const angle = angles[c] as number;
        const u = ((x * Math.cos(angle) + y * Math.sin(angle)) * 2 * Math.PI) / DOT;
        const v = ((y * Math.cos(angle) - x * Math.sin(angle)) * 2 * Math.PI) / DOT;
        const at = (y * width + x) * channels + c;
        const tone = data[at] as number;
        const dot = tone / 255 > 0.5 + 0.25 * (Math.cos(u) + Math.cos(v)) ? 255 : 0;
        data[at] = Math.round(strength * dot + (1 - strength) * tone);
      }
    }
  }
}

async function ghostOf(portrait: Buffer, width: number): Promise<Buffer> {
  const height = Math.round((width * 4) / 3);
  const faint = Buffer.from(
    `<svg width="${width}" height="${height}"><rect width="100%" height="100%" opacity="0.45"/></svg>`,
  );
  return sharp(portrait)
    .resize(width, height)
    .greyscale()
    .toColourspace('srgb')
    .ensureAlpha()
    .composite([{ input: faint, blend: 'dest-in' }])
    .png()
    .toBuffer();
}

function background(random: () => number): string {
  const hue = Math.round(random() * 360);
  const text = (y: number, width: number) =>
    `<rect x="520" y="${y}" width="${width}" height="16" fill="#333" opacity="0.75"/>`;
  const rows = Array.from({ length: 8 }, (_, i) => text(250 + i * 62, 200 + Math.round(random() * 420))).join('');
  return `<svg width="${CARD.width}" height="${CARD.height}">
    <defs><linearGradient id="g" x2="1" y2="1"><stop offset="0" stop-color="hsl(${hue},45%,88%)"/>
    <stop offset="1" stop-color="hsl(${(hue + 60) % 360},40%,80%)"/></linearGradient></defs>
    <rect width="100%" height="100%" rx="45" fill="url(#g)"/>
    <circle cx="130" cy="115" r="72" fill="#c22"/><circle cx="130" cy="115" r="38" fill="#fd3"/>
    <rect x="380" y="60" width="720" height="24" fill="#a11"/><rect x="480" y="110" width="520" height="30" fill="#a11"/>
    ${rows}</svg>`;
}

/** Guilloche, over the edge of the portrait too. */
function lines(random: () => number): string {
  const waves = Array.from({ length: 34 }, (_, i) => {
    const y = i * 26;
    const bend = 20 + 40 * random();
    return `<path d="M0 ${y} Q 325 ${y - bend} 650 ${y} T 1300 ${y}" fill="none" stroke="#357" stroke-width="1.4" opacity="0.22"/>`;
  });
  return `<svg width="${CARD.width}" height="${CARD.height}">${waves.join('')}</svg>`;
}

async function photographed(card: Buffer, look: CardLook, random: () => number): Promise<Buffer> {
  const width = look.photoWidth;
  const height = Math.round((width * 3) / 4);
  const laid = await sharp(card)
    .resize(Math.round(width * look.fill * 0.97))
    .rotate(look.turn, { background: { r: 0, g: 0, b: 0, alpha: 0 } })
    .resize({ width, height, fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer();
  const tint = Math.round(random() * 360);
  const desk = `<svg width="${width}" height="${height}"><defs><radialGradient id="d"><stop offset="0" stop-color="hsl(${tint},20%,62%)"/>
    <stop offset="1" stop-color="hsl(${tint},25%,34%)"/></radialGradient></defs><rect width="100%" height="100%" fill="url(#d)"/></svg>`;
  const light = `<svg width="${width}" height="${height}"><defs><linearGradient id="l" x2="${random().toFixed(2)}" y2="1">
    <stop offset="0" stop-color="#fff" stop-opacity="0.22"/><stop offset="1" stop-color="#000" stop-opacity="0.22"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#l)"/></svg>`;
  const scene = await sharp(Buffer.from(desk))
    .composite([{ input: laid }, { input: Buffer.from(light) }])
    .removeAlpha()
    .png()
    .toBuffer();
  const picture = look.blur >= 0.3 ? sharp(scene).blur(look.blur) : sharp(scene);
  return picture.jpeg({ quality: look.quality }).toBuffer();
}
