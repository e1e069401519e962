import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** The connections of a server, by what goes on there. */
export interface OpenConnections {
  /** The requests whose head has come and whose answer has not gone. */
  underWay: ReadonlySet<IncomingMessage>;
  /** Closes those on which nothing has come that is not answered; those being answered it closes when the answer has gone. */
  closeIdle(): void;
  /** Closes those nobody is answering on: idle ones, and those on which only a part of a request has come. */
  closeUnanswered(): void;
}

/** Follows the connections of a server from its first one on. */
export function watchConnections(app: FastifyInstance): OpenConnections {
  // Each with how much had come when its last answer had gone.
  const open = new Map<Socket, number>();
  const underWay = new Set<IncomingMessage>();
  let isClosing = false;

  app.server.on('connection', (socket: Socket) => {
    open.set(socket, 0);
    socket.once('close', () => open.delete(socket));
  });
  app.addHook('onRequest', ({ raw }, reply, done) => {
    const { socket } = raw;
    underWay.add(raw);
    reply.raw.once('close', () => {
      underWay.delete(raw);
      if (!open.has(socket)) return;
      open.set(socket, socket.bytesRead);
      if (isClosing && !answering().has(socket)) socket.destroySoon();
    });
    done();
  });

  function answering(): ReadonlySet<Socket> {
    return new Set([...underWay].map(({ socket }) => socket));
  }

  return {
    underWay,
    closeIdle() {
      isClosing = true;
      const busy = answering();
      for (const [socket, answered] of open) if (!busy.has(socket) && socket.bytesRead === answered) socket.destroy();
    },
    closeUnanswered() {
      const answered = new Set([...underWay].filter(({ complete }) => complete).map(({ socket }) => socket));
      for (const socket of open.keys()) if (!answered.has(socket)) socket.destroy();
    },
  };
}
