import { crc32, deflateRawSync, gzipSync } from 'node:zlib';

/** Archives byte by byte, so that they can hold what no honest tool writes. */
export type Packed = {
  name: string | Buffer;
  content?: string | Buffer;
  /** Unix mode with its type, for zip: 0o120777 is a link. */
  mode?: number;
  /** Letter of a tar header: 0 file, 1 hard link, 2 link, 3 device, 5 folder, 6 pipe. */
  type?: string;
  link?: string;
};

const bytesOf = (of: string | Buffer | undefined): Buffer => Buffer.from(of ?? '');

export const zipOf = (entries: readonly Packed[], { flags = 0x800, deflated = false } = {}): Buffer => {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const e of entries) {
    const name = bytesOf(e.name);
    const content = bytesOf(e.content);
    const packed = deflated ? deflateRawSync(content) : content;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(deflated ? 8 : 0, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((e.mode ?? 0o100644) << 16) >>> 0, 6);
    rest.writeUInt32LE(at, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, rest, name]));
    bodies.push(local);
    at += local.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 8);
  end.writeUInt16LE(Math.min(entries.length, 0xffff), 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...bodies, listing, end]);
};

export const tarOf = (entries: readonly Packed[]): Buffer => {
  const blocks = entries.flatMap((e) => {
    const header = Buffer.alloc(512);
    const content = bytesOf(e.content);
    bytesOf(e.name).copy(header, 0, 0, 100);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(e.type ?? '0', 156);
    header.write(e.link ?? '', 157, 100);
    header.write('ustar\x0000', 257, 'latin1');
    const sum = header.reduce((a, b) => a + b, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
};

export const tgzOf = (entries: readonly Packed[]): Buffer => gzipSync(tarOf(entries));
