// The little of ustar that a bundle needs: plain files, short names. Pure.

export interface TarFile {
  readonly name: string;
  readonly content: Buffer;
}

const BLOCK = 512;
/** The size field holds eleven octal digits. */
const MAX_SIZE = 8 ** 11 - 1;

export function packTar(files: readonly TarFile[], modifiedSeconds: number): Buffer {
  const parts = files.flatMap(({ name, content }) => {
    if (Buffer.byteLength(name) > 100 || content.length > MAX_SIZE) throw new RangeError(`${name} does not fit ustar`);
    return [header(name, content.length, modifiedSeconds), content, Buffer.alloc(padding(content.length))];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

function header(name: string, size: number, modifiedSeconds: number): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0);
  block.write(octal(0o644, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(modifiedSeconds, 11), 136);
  block.write(' '.repeat(8), 148);
  block.write('0', 156);
  block.write('ustar\0', 257);
  block.write('00', 263);
  // The checksum counts its own eight bytes as spaces.
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const checksum = (block: Buffer): number => block.reduce((sum, byte) => sum + byte, 0);

/** Throws on what is no tar, or one cut short. Entries that are no plain files are passed over. */
export function unpackTar(tar: Buffer): readonly TarFile[] {
  const files: TarFile[] = [];
  for (let at = 0; at + BLOCK <= tar.length;) {
    const block = tar.subarray(at, at + BLOCK);
    if (block.every((byte) => byte === 0)) return files;
    const size = sizeOf(block);
    const content = tar.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new Error('the archive is cut short');
    // '0' and NUL are plain files; a pax header ('x', 'g') or a folder says nothing we need.
    if (block[156] === 0x30 || block[156] === 0) files.push({ name: textAt(block, 0, 100), content });
    at += BLOCK + size + padding(size);
  }
  throw new Error('the archive is cut short');
}

function sizeOf(block: Buffer): number {
  const blank = Buffer.from(block);
  blank.fill(' ', 148, 156);
  const stated = Number.parseInt(textAt(block, 148, 8).trim(), 8);
  if (stated !== checksum(blank)) throw new Error('this is no tar archive');
  return Number.parseInt(textAt(block, 124, 12).trim(), 8);
}

function textAt(block: Buffer, start: number, length: number): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString('utf8', 0, end < 0 ? length : end);
}
