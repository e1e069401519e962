import type { ApolloServerPlugin } from '@apollo/server';
import type { Viewer } from '@shop/kernel';

/** Who has changed something lately, in any subgraph: they read what they wrote, so no replica answers them. */
export interface RecentWrites {
  /** This process knows at once, the others when it resolves; never throws. */
  note(userId: string): Promise<void>;
  /** True as well when nobody can tell; never throws. */
  has(userId: string): Promise<boolean>;
}

/** Notes the viewer of every mutation. */
export function noteWrites(recentWrites: RecentWrites): ApolloServerPlugin<{ viewer: Viewer }> {
  return {
    async requestDidStart() {
      return {
        // Before the effect too: for what this request reads itself, and for whoever asks again after we died half-way.
        async didResolveOperation({ operation, contextValue: { viewer } }) {
          if (operation?.operation === 'mutation' && viewer.id !== null) void recentWrites.note(viewer.id);
        },
        // Before the answer: what its reader asks next may be asked of another process.
        async willSendResponse({ operation, contextValue: { viewer } }) {
          if (operation?.operation === 'mutation' && viewer.id !== null) await recentWrites.note(viewer.id);
        },
      };
    },
  };
}
