import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps what must not lie readable in the database. */
export interface SecretBox {
  /** `label` is bound to the content: sealed under one label, it opens under no other. */
  seal(content: string, label: string): Buffer;
  /** Throws when the secret, the label or a single bit is not the one it was sealed with. */
  open(sealed: Uint8Array, label: string): string;
}

/** AES-256-GCM under a key derived from the secret; a sealed box is IV, tag and ciphertext. */
export function createSecretBox(secret: string): SecretBox {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'shopgraph signing keys', 32));

  return {
    seal(content, label) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(ALGORITHM, key, iv).setAAD(Buffer.from(label));
      const ciphertext = Buffer.concat([cipher.update(content, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), ciphertext]);
    },
    open(sealed, label) {
      const iv = sealed.subarray(0, IV_BYTES);
      const tag = sealed.subarray(IV_BYTES, IV_BYTES + TAG_BYTES);
      const decipher = createDecipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(label)).setAuthTag(tag);
      const content = Buffer.concat([decipher.update(sealed.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
      return content.toString('utf8');
    },
  };
}
