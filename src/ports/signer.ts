/** Holds an account's Ed25519 key, which never leaves it. */
export interface Signer {
  /** Raw public key, base64url. */
  readonly publicKey: string;
  /** Signature of the text's UTF-8 bytes, base64url. The same text gets the same signature. */
  sign(text: string): string;
}
