/** Who has changed something lately, in any subgraph: they read what they wrote, so no replica answers them. */
export interface RecentWrites {
  /** This process knows at once, the others when it resolves; never throws. */
  note(userId: string): Promise<void>;
  /** True as well when nobody can tell; never throws. */
  has(userId: string): Promise<boolean>;
}
