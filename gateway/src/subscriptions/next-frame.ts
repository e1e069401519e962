/** The first byte of a text's only frame, and where its length stands by how long it is (RFC 6455, section 5.2). */
const TEXT = 0x81;
const IN_TWO_BYTES = 126;
const IN_EIGHT_BYTES = 127;
const LONGEST_IN_ONE_BYTE = 125;
const LONGEST_IN_TWO_BYTES = 65_535;

/** Beyond this it is cheaper to have the kernel put the two parts together than to copy the answer for each client. */
const SHARED_FROM_BYTES = 4_096;

/**
 * A `next` message of graphql-transport-ws as one frame: whole, or its head and its end, which many share. The answer is its
 * bytes with the brace that ends the message; the id is JSON.
 */
export function nextFrame(id: string, answer: Buffer): [Buffer] | [Buffer, Buffer] {
  const head = `{"id":${id},"type":"next","payload":`;
  const headBytes = Buffer.byteLength(head);
  const length = headBytes + answer.length;
  const start = lengthOfStart(length);
  const isShared = answer.length >= SHARED_FROM_BYTES;
  const frame = Buffer.allocUnsafe(start + (isShared ? headBytes : length));
  frame[0] = TEXT;
  if (length <= LONGEST_IN_ONE_BYTE) frame[1] = length;
  else if (length <= LONGEST_IN_TWO_BYTES) {
    frame[1] = IN_TWO_BYTES;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = IN_EIGHT_BYTES;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(head, start);
  if (isShared) return [frame, answer];
  answer.copy(frame, start + headBytes);
  return [frame];
}

function lengthOfStart(length: number): number {
  if (length <= LONGEST_IN_ONE_BYTE) return 2;
  return length <= LONGEST_IN_TWO_BYTES ? 4 : 10;
}
