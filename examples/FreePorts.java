import java.net.InetAddress;
import java.net.ServerSocket;

/** Prints three ports of the loopback interface that nobody has now, for a test's own broker. */
void main() throws Exception {
    try (ServerSocket a = free();
            ServerSocket b = free();
            ServerSocket c = free()) {
        IO.println(a.getLocalPort() + " " + b.getLocalPort() + " " + c.getLocalPort());
    }
}

ServerSocket free() throws Exception {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
}
