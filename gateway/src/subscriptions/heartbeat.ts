import type { WebSocket } from 'ws';

/** One timer for all connections of a process. */
export interface Heartbeat {
  add(socket: WebSocket): void;
  remove(socket: WebSocket): void;
  stop(): void;
}

/** So often it is looked who is to be asked, between two times that one client is. */
const BEATS = 25;

/** Asks each client now and then whether it is there, and gives it up when it has not said so before the next time. */
export function createHeartbeat(everyMs: number): Heartbeat {
  /** At which beat each was asked last; whose turn is next comes first. */
  const lastAsked = new Map<WebSocket, number>();
  const silent = new Set<WebSocket>();
  let beats = 0;
  const timer = setInterval(beat, everyMs / BEATS).unref();

  function beat(): void {
    beats += 1;
    for (const [socket, at] of lastAsked) {
      if (beats - at < BEATS) return;
      lastAsked.delete(socket);
      if (silent.delete(socket)) socket.terminate();
      else ask(socket);
    }
  }

  function ask(socket: WebSocket): void {
    silent.add(socket);
    lastAsked.set(socket, beats);
    socket.ping();
  }

  /** The same function for all, which a closure would not be. */
  function isThere(this: WebSocket): void {
    silent.delete(this);
  }

  return {
    add(socket) {
      lastAsked.set(socket, beats);
      socket.on('pong', isThere);
    },
    remove(socket) {
      lastAsked.delete(socket);
      silent.delete(socket);
    },
    stop: () => clearInterval(timer),
  };
}
