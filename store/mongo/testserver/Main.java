import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/**
 * Main is a MongoDB-compatible server in memory, for tests. It prints its address
 * and lives until its standard input ends, so that it never outlives the test.
 */
public final class Main {
    public static void main(String[] args) throws Exception {
        MemoryBackend backend = new MemoryBackend();
        backend.version(new Version());
        MongoServer server = new MongoServer(backend);
        server.bind("127.0.0.1", 0);
        System.out.println(server.getConnectionString());
        System.out.flush();
        while (System.in.read() >= 0) {
            // nothing is said here; only the end matters
        }
        server.shutdownNow();
        System.exit(0);
    }

    /**
     * Version is what the server says it is. The newest that it knows itself speaks
     * version 8 of the wire protocol, and the Go driver asks for 9, MongoDB 4.4's. What
     * 9 adds (hedged reads, streamed hellos) is not used against a standalone server.
     */
    private static final class Version implements MongoVersion {
        @Override
        public List<Integer> getVersionArray() {
            return List.of(4, 4, 0);
        }

        @Override
        public int getWireVersion() {
            return 9;
        }
    }
}
