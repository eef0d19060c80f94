/**
 * The client's sockets, with one repair. The client lets go of a socket by taking away all that listen
 * to it; the error of a connection that is reset at that moment, as after a refused login, then has
 * nobody to take it and would end the process.
 *
 * @module
 */
import {
  type ConnectionOptions,
  type NatsConnection,
  NatsConnectionImpl,
  setTransportFactory,
} from "@nats-io/transport-node";
import { nodeResolveHost, NodeTransport } from "@nats-io/transport-node/lib/node_transport.js";

type Socket = Awaited<ReturnType<NodeTransport["dial"]>>;

/** Has errors of a socket taken for good. They reach the client by its own listeners all the same. */
function takeErrors<T extends Socket>(socket: T): T {
  const takeError = () => {};
  const removeAllListeners = socket.removeAllListeners.bind(socket);
  socket.removeAllListeners = (...events) => {
    removeAllListeners(...events);
    if (!socket.listeners("error").includes(takeError)) socket.on("error", takeError);
    return socket;
  };
  socket.on("error", takeError);
  return socket;
}

class Sockets extends NodeTransport {
  override async dial(at: Parameters<NodeTransport["dial"]>[0]) {
    return takeErrors(await super.dial(at));
  }

  override async startTLS() {
    return takeErrors(await super.startTLS());
  }
}

/** Connects as the client's own function of this name does. */
export async function connect(options: ConnectionOptions): Promise<NatsConnection> {
  setTransportFactory({ factory: () => new Sockets(), dnsResolveFn: nodeResolveHost });
  return await NatsConnectionImpl.connect(options);
}
