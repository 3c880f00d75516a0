package dev.lorikeet.local.infrastructure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;

/** Finds ports of the loopback interface that nobody listens on. */
public final class FreePorts {
    private FreePorts() {}

    /**
     * Chooses a port for each wish: the wished one if it is free, else any free one. All chosen ports differ. They are
     * free now; whoever uses them should do so soon.
     *
     * @param wished ports from 1, or 0 for any
     */
    public static List<Integer> choose(List<Integer> wished) throws IOException {
        List<ServerSocket> held = new ArrayList<>();
        try {
            List<Integer> chosen = new ArrayList<>();
            for (int wish : wished) {
                ServerSocket socket = hold(wish);
                held.add(socket);
                chosen.add(socket.getLocalPort());
            }
            return chosen;
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
    }

    private static ServerSocket hold(int wish) throws IOException {
        if (wish != 0) {
            try {
                return bind(wish);
            } catch (IOException taken) {
                // Someone else listens there.
                return bind(0);
            }
        }
        return bind(0);
    }

    private static ServerSocket bind(int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            // Ports of connections that ended a moment ago are free for a server.
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }
}
