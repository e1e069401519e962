import { Forbidden, Unauthenticated } from './errors.ts';

/** What somebody may do: shop, or run the shop. */
export type Role = 'USER' | 'ADMIN';

/** Who a verified token speaks for. */
export interface Identity {
  userId: string;
  role: Role;
  scopes?: readonly string[];
  /** The session (`sid`) the token belongs to. */
  sessionId?: string | null;
}

/** Who asks: a signed-in user or nobody in particular. */
export class Viewer {
  static readonly anonymous = new Viewer(null);

  static signedIn(identity: Identity): Viewer {
    return new Viewer(identity);
  }

  readonly #identity: Identity | null;

  private constructor(identity: Identity | null) {
    this.#identity = identity;
  }

  get id(): string | null {
    return this.#identity?.userId ?? null;
  }

  get role(): Role | null {
    return this.#identity?.role ?? null;
  }

  get scopes(): readonly string[] {
    return this.#identity?.scopes ?? [];
  }

  get sessionId(): string | null {
    return this.#identity?.sessionId ?? null;
  }

  get isSignedIn(): boolean {
    return this.#identity !== null;
  }

  get isAdmin(): boolean {
    return this.#identity?.role === 'ADMIN';
  }

  /** Returns the user's id. Throws Unauthenticated for an anonymous viewer. */
  mustBeSignedIn(): string {
    if (this.#identity === null) throw new Unauthenticated();
    return this.#identity.userId;
  }

  /** Returns the user's id. Throws Unauthenticated or Forbidden. */
  mustBe(role: Role): string {
    const id = this.mustBeSignedIn();
    if (this.role !== role) throw new Forbidden();
    return id;
  }

  /** True for the user with this id, and for an ADMIN. */
  maySee(userId: string): boolean {
    return this.isAdmin || this.id === userId;
  }
}
